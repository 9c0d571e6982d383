package dev.hotswap.process;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * Makes sure that a process can no longer act: kills it, if need be, and sees it dead.
 * Stateless and thread-safe.
 *
 * @since 0.1.0
 */
public final class ProcessFence {

	private static final Duration KILL_TIMEOUT = Duration.ofSeconds(10);

	private ProcessFence() {
	}

	/**
	 * Wait for a process to die by itself, then ask it to end (SIGTERM), then kill it
	 * (SIGKILL). Blocks for at most both times plus 10 s; returns as soon as the process
	 * is dead. Never signals another process that got the same process id.
	 * @param process the process
	 * @param grace how long it may take to die by itself; zero for not at all
	 * @param termGrace how long it may take to end after SIGTERM; zero for SIGKILL at
	 * once
	 * @throws IOException when it may not be signalled, or lives 10 s after SIGKILL (as
	 * in an uninterruptible system call)
	 * @throws InterruptedException when the thread is interrupted while it waits; then
	 * the process may live
	 * @throws IllegalArgumentException for this process itself
	 */
	public static void fence(ProcessId process, Duration grace, Duration termGrace)
			throws IOException, InterruptedException {
		fence(process, grace, termGrace, ProcessFence::signal, KILL_TIMEOUT);
	}

	static void fence(ProcessId process, Duration grace, Duration termGrace, Signal signal, Duration killTimeout)
			throws IOException, InterruptedException {
		if (process.pid() == ProcessHandle.current().pid()) {
			throw new IllegalArgumentException("Process %s cannot fence itself".formatted(process));
		}
		if (process.awaitDeath(grace)) {
			return;
		}
		if (termGrace.compareTo(Duration.ZERO) > 0) {
			send(process, false, signal);
			if (process.awaitDeath(termGrace)) {
				return;
			}
		}
		send(process, true, signal);
		if (!process.awaitDeath(killTimeout)) {
			throw new IOException(
					"Process %s is not dead %d ms after SIGKILL".formatted(process, killTimeout.toMillis()));
		}
	}

	private static void send(ProcessId process, boolean force, Signal signal) throws IOException {
		if (!signal.send(process, force) && !process.isDead()) {
			throw new IOException(
					"Process %s could not be signalled: does it belong to another user?".formatted(process));
		}
	}

	/**
	 * The handle remembers the start time, and the JDK compares it again before it
	 * signals ({@code destroy0} in {@code ProcessHandleImpl}). So once a handle was taken
	 * and the process is ours after that, no other process can be hit.
	 */
	private static boolean signal(ProcessId process, boolean force) {
		Optional<ProcessHandle> handle = ProcessHandle.of(process.pid());
		if (handle.isEmpty() || process.isDead()) {
			return false;
		}
		return force ? handle.get().destroyForcibly() : handle.get().destroy();
	}

	/**
	 * Sends a signal to a process.
	 */
	@FunctionalInterface
	interface Signal {

		boolean send(ProcessId process, boolean force);

	}

}
