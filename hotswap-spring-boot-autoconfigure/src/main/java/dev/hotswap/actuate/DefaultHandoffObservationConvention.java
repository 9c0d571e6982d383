package dev.hotswap.actuate;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRecord;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import org.jspecify.annotations.Nullable;

/**
 * The observation {@code hotswap.handoff} with {@code trigger}, {@code result} and
 * {@code code} as the endpoint's JSON shows them, or {@code none}; and, of high
 * cardinality, {@code handoff} (the id), {@code predecessor} and {@code successor} (their
 * process ids).
 *
 * @since 0.1.0
 */
public final class DefaultHandoffObservationConvention implements HandoffObservationConvention {

	/**
	 * Create the convention.
	 */
	public DefaultHandoffObservationConvention() {
	}

	@Override
	public String getName() {
		return "hotswap.handoff";
	}

	@Override
	public String getContextualName(HandoffObservationContext context) {
		return "handoff";
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(HandoffObservationContext context) {
		HandoffRecord outcome = context.getOutcome();
		FailureCode code = (outcome != null) ? outcome.code() : null;
		return KeyValues.of(KeyValue.of("trigger", context.getTrigger().name()),
				value("result", (outcome != null) ? outcome.result() : null), value("code", code));
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(HandoffObservationContext context) {
		HandoffRecord outcome = context.getOutcome();
		HandoffRecord.Party to = (outcome != null) ? outcome.to() : null;
		return KeyValues.of(KeyValue.of("handoff", context.getHandoffId()),
				value("predecessor", (outcome != null) ? outcome.from().pid() : null),
				value("successor", (to != null) ? to.pid() : null));
	}

	private static KeyValue value(String key, @Nullable Object value) {
		return KeyValue.of(key, (value != null) ? value.toString() : KeyValue.NONE_VALUE);
	}

}
