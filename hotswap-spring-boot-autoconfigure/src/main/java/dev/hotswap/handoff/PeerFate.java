package dev.hotswap.handoff;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

import dev.hotswap.process.ProcessId;
import dev.hotswap.process.ProcessTree;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Finds out whether the process at the other end of a link is dead, and makes it so where
 * it has stopped answering. Runs on worker threads.
 */
final class PeerFate {

	/** How long a process whose link has ended may take to be seen dead. */
	private static final Duration DEATH_TIMEOUT = Duration.ofSeconds(2);

	private static final Log logger = LogFactory.getLog(PeerFate.class);

	private final Consumer<ProcessId> beforeDeathIsReported;

	private final Consumer<Event> events;

	PeerFate(Consumer<ProcessId> beforeDeathIsReported, Consumer<Event> events) {
		this.beforeDeathIsReported = beforeDeathIsReported;
		this.events = events;
	}

	boolean perform(Action action) {
		if (action instanceof Action.CheckPeer check) {
			report(check.process(), isDead(check.process()), false);
		}
		else if (action instanceof Action.FencePeer fence) {
			fence(fence);
		}
		else {
			return false;
		}
		return true;
	}

	private void report(ProcessId process, boolean dead, boolean fenced) {
		if (dead) {
			this.beforeDeathIsReported.accept(process);
		}
		this.events.accept(new Event.PeerChecked(process, dead, fenced));
	}

	private static boolean isDead(ProcessId process) {
		try {
			return process.awaitDeath(DEATH_TIMEOUT);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return process.isDead();
		}
	}

	private void fence(Action.FencePeer fence) {
		ProcessId process = fence.process();
		logger.warn("Process " + process.pid() + " stopped answering, or lives without a connection, and is killed");
		ProcessTree tree = fence.withDescendants() ? ProcessTree.of(List.of(process)) : ProcessTree.alone(process);
		report(process, tree.fence(Duration.ZERO, Duration.ZERO), true);
		tree.fenceDescendants(Duration.ZERO);
	}

}
