package dev.hotswap.actuate;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroupsPostProcessor;

/**
 * Lets the liveness group answer probes with tolerance.
 *
 * @since 0.1.0
 */
public final class LivenessHealthEndpointGroupsPostProcessor implements HealthEndpointGroupsPostProcessor {

	private final Supplier<@Nullable LivenessTolerance> tolerance;

	/**
	 * Create a post-processor.
	 * @param tolerance what is tolerated, or {@code null} for nothing; asked for when it
	 * is needed
	 */
	public LivenessHealthEndpointGroupsPostProcessor(Supplier<@Nullable LivenessTolerance> tolerance) {
		this.tolerance = tolerance;
	}

	@Override
	public HealthEndpointGroups postProcessHealthEndpointGroups(HealthEndpointGroups groups) {
		LivenessTolerance tolerance = this.tolerance.get();
		return (tolerance != null) ? new LivenessHealthEndpointGroups(groups, tolerance) : groups;
	}

}
