package dev.hotswap.actuate;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Names and key values of the observation of a handoff; a bean of this type replaces
 * {@link DefaultHandoffObservationConvention}. Called when a handoff begins and when it
 * ends, on the thread that publishes its events; must not block.
 *
 * @since 0.1.0
 */
public interface HandoffObservationConvention extends ObservationConvention<HandoffObservationContext> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof HandoffObservationContext;
	}

}
