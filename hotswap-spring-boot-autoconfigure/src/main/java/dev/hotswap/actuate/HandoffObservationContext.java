package dev.hotswap.actuate;

import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffTrigger;
import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a handoff while it is observed. Handlers see it on the thread that
 * publishes the handoff's events, one call at a time.
 *
 * @since 0.1.0
 */
public final class HandoffObservationContext extends Observation.Context {

	private final String handoffId;

	private final HandoffTrigger trigger;

	private volatile @Nullable HandoffRecord outcome;

	/**
	 * Create a context.
	 * @param handoffId the handoff's id
	 * @param trigger what started it
	 */
	public HandoffObservationContext(String handoffId, HandoffTrigger trigger) {
		this.handoffId = handoffId;
		this.trigger = trigger;
	}

	/**
	 * The handoff.
	 * @return its id
	 */
	public String getHandoffId() {
		return this.handoffId;
	}

	/**
	 * What started the handoff.
	 * @return its trigger
	 */
	public HandoffTrigger getTrigger() {
		return this.trigger;
	}

	/**
	 * How the handoff ended.
	 * @return its entry in the history, or {@code null} while it runs
	 */
	public @Nullable HandoffRecord getOutcome() {
		return this.outcome;
	}

	void setOutcome(@Nullable HandoffRecord outcome) {
		this.outcome = outcome;
	}

}
