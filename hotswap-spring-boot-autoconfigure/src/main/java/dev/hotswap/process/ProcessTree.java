package dev.hotswap.process;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Processes that are to be ended, and what they had started at one moment. Immutable and
 * thread-safe.
 *
 * @since 0.1.0
 */
public final class ProcessTree {

	private static final Log logger = LogFactory.getLog(ProcessTree.class);

	private final List<ProcessId> roots;

	private final List<ProcessId> descendants;

	private ProcessTree(List<ProcessId> roots, List<ProcessId> descendants) {
		this.roots = roots;
		this.descendants = descendants;
	}

	/**
	 * Find processes and all their descendants of this moment. Those of a process that is
	 * dead already are not found: the kernel has given them another parent. Those of an
	 * ancestor of this process are left out, since it has not started them as what it is
	 * now.
	 * @param roots the processes
	 * @return the tree
	 */
	public static ProcessTree of(List<ProcessId> roots) {
		return new ProcessTree(List.copyOf(roots), roots.stream().flatMap(ProcessTree::find).toList());
	}

	/**
	 * A process without its descendants.
	 * @param process the process
	 * @return the tree
	 */
	public static ProcessTree alone(ProcessId process) {
		return new ProcessTree(List.of(process), List.of());
	}

	private static Stream<ProcessId> find(ProcessId process) {
		try {
			return findDescendants(process).stream();
		}
		catch (RuntimeException ex) {
			// As without a free descriptor, see ProcessHandleImpl. The process itself
			// is what matters
			logger.error("What process " + process.pid() + " has started is not known", ex);
			return Stream.empty();
		}
	}

	private static List<ProcessId> findDescendants(ProcessId process) {
		List<ProcessHandle> found = ProcessHandle.of(process.pid())
			.filter((handle) -> !process.isDead())
			.stream()
			.flatMap(ProcessHandle::descendants)
			.toList();
		if (found.contains(ProcessHandle.current())) {
			// Such as a shell that has started generations and then become one itself
			return List.of();
		}
		return found.stream().flatMap((handle) -> find(handle).stream()).toList();
	}

	/**
	 * The handle knows when its process has started, and so whether it is still the same.
	 */
	private static Optional<ProcessId> find(ProcessHandle handle) {
		return ProcessId.find(handle.pid()).filter((process) -> handle.isAlive());
	}

	List<ProcessId> descendants() {
		return this.descendants;
	}

	/**
	 * {@linkplain ProcessFence#fence Fence} the processes, one after the other, but not
	 * their descendants yet. What cannot be ended is logged. When the thread is
	 * interrupted, it stays so, and they may live.
	 * @param grace how long each may take to die by itself; zero for not at all
	 * @param termGrace how long each may take to end after SIGTERM; zero for SIGKILL at
	 * once
	 * @return whether the processes are dead
	 */
	public boolean fence(Duration grace, Duration termGrace) {
		boolean dead = true;
		for (ProcessId process : this.roots) {
			dead &= fence(process, grace, termGrace);
		}
		return dead;
	}

	/**
	 * Fence what the processes had started, in the same way. Nobody needs to wait for
	 * that: it holds nothing of a handoff.
	 * @param termGrace as above
	 */
	public void fenceDescendants(Duration termGrace) {
		this.descendants.forEach((process) -> fence(process, Duration.ZERO, termGrace));
	}

	private static boolean fence(ProcessId process, Duration grace, Duration termGrace) {
		try {
			ProcessFence.fence(process, grace, termGrace);
			return true;
		}
		catch (IOException | RuntimeException ex) {
			logger.error("Process " + process.pid() + " could not be ended", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		return process.isDead();
	}

}
