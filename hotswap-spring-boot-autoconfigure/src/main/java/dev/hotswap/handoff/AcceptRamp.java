package dev.hotswap.handoff;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleUnaryOperator;

import dev.hotswap.web.HandoffConnectors;
import org.jspecify.annotations.Nullable;

/**
 * Lets the share of new connections that this process accepts grow or fall in the course
 * of time, while another process accepts on the same listeners. Both sides have one, and
 * neither depends on the other: what one leaves and nobody takes, it accepts a moment
 * later. Thread-safe.
 */
final class AcceptRamp {

	private static final Duration STEP = Duration.ofMillis(20);

	private final HandoffConnectors connectors;

	private final ScheduledExecutorService timer;

	private @Nullable Future<?> steps;

	AcceptRamp(HandoffConnectors connectors, ScheduledExecutorService timer) {
		this.connectors = connectors;
		this.timer = timer;
	}

	/**
	 * Begin with none and end with all.
	 * @param over the time that this takes; nothing to do if it is zero
	 */
	void rise(Duration over) {
		start(over, (passed) -> passed);
	}

	/**
	 * Begin with all and end with none; they stay with the other process until
	 * {@link #end()}.
	 * @param over the time that this takes
	 */
	void fall(Duration over) {
		start(over, (passed) -> 1 - passed);
	}

	private synchronized void start(Duration over, DoubleUnaryOperator share) {
		end();
		if (over.isZero()) {
			return;
		}
		long begin = System.nanoTime();
		long nanos = over.toNanos();
		this.connectors.acceptShare(share.applyAsDouble(0));
		try {
			this.steps = this.timer.scheduleAtFixedRate(() -> step(begin, nanos, share), STEP.toNanos(), STEP.toNanos(),
					TimeUnit.NANOSECONDS);
		}
		catch (RejectedExecutionException ex) {
			// This process is over
			this.connectors.acceptShare(1);
		}
	}

	private synchronized void step(long begin, long nanos, DoubleUnaryOperator share) {
		Future<?> steps = this.steps;
		if (steps == null || steps.isCancelled()) {
			return;
		}
		double passed = Math.min(1, (System.nanoTime() - begin) / (double) nanos);
		this.connectors.acceptShare(share.applyAsDouble(passed));
		if (passed == 1) {
			steps.cancel(false);
		}
	}

	/**
	 * Accept whatever comes from now on.
	 */
	synchronized void end() {
		if (this.steps != null) {
			this.steps.cancel(false);
			this.steps = null;
			this.connectors.acceptShare(1);
		}
	}

}
