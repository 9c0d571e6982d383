package dev.hotswap.control;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The deadlines of one connection. A blocking read or write is ended by shutting the
 * socket down: a time-out of the socket's own could strike in the middle of a frame, with
 * the bytes before it lost. The thread exists only while a deadline is near.
 */
final class Deadlines {

	private final ScheduledThreadPoolExecutor executor;

	Deadlines(String threadName) {
		this.executor = new ScheduledThreadPoolExecutor(1, (task) -> {
			Thread thread = new Thread(task, threadName);
			thread.setDaemon(true);
			return thread;
		}, (task, executor) -> {
			// Shut down: the connection has ended
		});
		this.executor.setRemoveOnCancelPolicy(true);
		this.executor.setKeepAliveTime(1, TimeUnit.SECONDS);
		this.executor.allowCoreThreadTimeOut(true);
	}

	/**
	 * Set a deadline.
	 * @param timeout from now
	 * @param action what to do when the deadline passes before it is met
	 * @return the deadline, to be closed when it is met
	 */
	Deadline in(Duration timeout, Runnable action) {
		Future<?> task = this.executor.schedule(action, timeout.toNanos(), TimeUnit.NANOSECONDS);
		return () -> task.cancel(false);
	}

	void close() {
		this.executor.shutdownNow();
	}

	/**
	 * A deadline that can be met.
	 */
	interface Deadline extends AutoCloseable {

		@Override
		void close();

	}

}
