package dev.hotswap.actuate;

import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroupsPostProcessor;

/**
 * Teaches the health groups the status of a process that is leaving.
 *
 * @since 0.1.0
 */
public final class HotswapHealthEndpointGroupsPostProcessor implements HealthEndpointGroupsPostProcessor {

	@Override
	public HealthEndpointGroups postProcessHealthEndpointGroups(HealthEndpointGroups groups) {
		return new DrainingHealthEndpointGroups(groups);
	}

}
