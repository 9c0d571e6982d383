package dev.hotswap.web.netty;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;

/**
 * Steps on event loops, and waiting for them.
 */
final class Loops {

	private Loops() {
	}

	/**
	 * Take a step on an event loop and wait for it. One that has not begun in time is not
	 * taken any more; one that has is waited for as long again, since what it has done
	 * must be known, and only then its result is abandoned.
	 * @param loop the event loop; may be the caller's own
	 * @param timeout how long to wait
	 * @param step the step
	 * @param abandonment what to do with a result that nobody waits for any more
	 * @param <T> the result
	 * @return the result
	 * @throws IOException what the step throws, or if it was not taken in time
	 */
	static <T> T call(EventLoop loop, Duration timeout, Callable<T> step, Consumer<T> abandonment) throws IOException {
		return call(loop, timeout, step, abandonment, () -> {
		});
	}

	/**
	 * Take a step on an event loop and wait for it.
	 * @param cancellation called if the step is not taken
	 */
	static <T> T call(EventLoop loop, Duration timeout, Callable<T> step, Consumer<T> abandonment,
			Runnable cancellation) throws IOException {
		if (loop.inEventLoop()) {
			return result(step);
		}
		Future<T> future;
		try {
			future = loop.submit(step);
		}
		catch (RejectedExecutionException ex) {
			cancellation.run();
			throw new IOException("The server's event loop has ended", ex);
		}
		try {
			if (!future.await(timeout.toMillis()) && !future.cancel(false)) {
				future.await(timeout.toMillis());
			}
		}
		catch (InterruptedException ex) {
			abandon(future, abandonment, cancellation);
			Thread.currentThread().interrupt();
			throw (IOException) new InterruptedIOException("Interrupted while an event loop was waited for")
				.initCause(ex);
		}
		if (future.isDone() && !future.isCancelled()) {
			return result(future::get);
		}
		abandon(future, abandonment, cancellation);
		throw new IOException("An event loop of the server did not turn within " + timeout.toMillis() + " ms");
	}

	/**
	 * Wait for a step.
	 * @param future the step
	 * @param timeout how long to wait
	 * @throws IOException what the step failed with, or if it was not taken in time
	 */
	static void await(Future<?> future, Duration timeout) throws IOException {
		if (!future.awaitUninterruptibly(timeout.toMillis())) {
			throw new IOException("An event loop of the server did not turn within " + timeout.toMillis() + " ms");
		}
		result(future::get);
	}

	private static <T> void abandon(Future<T> future, Consumer<T> abandonment, Runnable cancellation) {
		if (future.isCancelled() || future.cancel(false)) {
			cancellation.run();
			return;
		}
		future.addListener((late) -> {
			if (late.isSuccess()) {
				abandonment.accept(future.getNow());
			}
		});
	}

	private static <T> T result(Callable<T> step) throws IOException {
		try {
			return step.call();
		}
		catch (Exception ex) {
			Throwable cause = (ex instanceof java.util.concurrent.ExecutionException && ex.getCause() != null)
					? ex.getCause() : ex;
			if (cause instanceof IOException io) {
				throw io;
			}
			if (cause instanceof RejectedExecutionException) {
				throw new IOException("The server's event loop has ended", cause);
			}
			if (cause instanceof RuntimeException runtime) {
				throw runtime;
			}
			throw new IOException(cause);
		}
	}

	/**
	 * Group connections by the event loop that serves them. Those that are not registered
	 * yet are left out.
	 * @param connections the connections
	 * @return the connections of each loop
	 */
	static Map<EventLoop, List<HandoffConnection>> byLoop(Collection<HandoffConnection> connections) {
		Map<EventLoop, List<HandoffConnection>> groups = new HashMap<>();
		for (HandoffConnection connection : connections) {
			if (connection.channel().isRegistered()) {
				groups.computeIfAbsent(connection.channel().eventLoop(), (loop) -> new ArrayList<>()).add(connection);
			}
		}
		return groups;
	}

	/**
	 * Take a step with each connection on its event loop, one task a loop, and wait for
	 * all.
	 * @param connections the connections
	 * @param timeout how long to wait; loops that are late take their steps later
	 * @param step the step
	 */
	static void each(Collection<HandoffConnection> connections, Duration timeout, Consumer<HandoffConnection> step) {
		List<Future<?>> steps = new ArrayList<>();
		byLoop(connections).forEach((loop, group) -> {
			if (loop.inEventLoop()) {
				group.forEach(step);
			}
			else if (!loop.isShuttingDown()) {
				steps.add(loop.submit(() -> group.forEach(step)));
			}
		});
		long deadline = System.nanoTime() + timeout.toNanos();
		for (Future<?> each : steps) {
			each.awaitUninterruptibly(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
		}
	}

}
