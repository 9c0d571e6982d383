package dev.hotswap.actuate;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import dev.hotswap.HandoffStatus;
import dev.hotswap.Role;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * How many liveness probes in a row may fail, and for how long, before anybody is told:
 * only as long as this process succeeds another, drains, or has a successor or an older
 * generation beside it, with which it shares the machine. Otherwise none. Where both are
 * limited, the limit that is reached first counts.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class LivenessTolerance {

	private static final Log logger = LogFactory.getLog(LivenessTolerance.class);

	private final @Nullable Integer failures;

	private final @Nullable Duration duration;

	private final Supplier<HandoffStatus> handoff;

	private final LongSupplier nanoTime;

	private int failed;

	private long firstFailure;

	/**
	 * Create a tolerance.
	 * @param failures how many probes in a row may fail, or {@code null} for any number
	 * @param duration for how long they may, from the first of them on, or {@code null}
	 * for ever
	 * @param handoff what this process does now
	 */
	public LivenessTolerance(@Nullable Integer failures, @Nullable Duration duration, Supplier<HandoffStatus> handoff) {
		this(failures, duration, handoff, System::nanoTime);
	}

	LivenessTolerance(@Nullable Integer failures, @Nullable Duration duration, Supplier<HandoffStatus> handoff,
			LongSupplier nanoTime) {
		this.failures = failures;
		this.duration = duration;
		this.handoff = handoff;
		this.nanoTime = nanoTime;
	}

	/**
	 * A probe has not failed.
	 */
	synchronized void succeeded() {
		this.failed = 0;
	}

	/**
	 * A probe has failed.
	 * @return whether that is tolerated
	 */
	synchronized boolean tolerates() {
		if (!isHandoff()) {
			this.failed = 0;
			return false;
		}
		long now = this.nanoTime.getAsLong();
		if (this.failed++ == 0) {
			this.firstFailure = now;
			logger.warn("Liveness fails, which is tolerated for now, since generations change");
		}
		return (this.failures == null || this.failed <= this.failures)
				&& (this.duration == null || now - this.firstFailure < this.duration.toNanos());
	}

	private boolean isHandoff() {
		HandoffStatus status = this.handoff.get();
		return status.role() != Role.ACTIVE || status.handoff() != null || !status.draining().isEmpty();
	}

}
