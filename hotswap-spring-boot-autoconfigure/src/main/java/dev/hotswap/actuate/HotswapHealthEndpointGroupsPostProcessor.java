package dev.hotswap.actuate;

import dev.hotswap.Handoff;
import dev.hotswap.HandoffStatus;
import dev.hotswap.Role;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroupsPostProcessor;

/**
 * Teaches the health groups the status of a process that is leaving, and adds the
 * component {@code hotswap} to the readiness group.
 *
 * @since 0.1.0
 */
public final class HotswapHealthEndpointGroupsPostProcessor implements HealthEndpointGroupsPostProcessor {

	private final ObjectProvider<Handoff> handoff;

	/**
	 * Create a post-processor.
	 * @param handoff the handoff of this application, asked for when it is needed
	 */
	public HotswapHealthEndpointGroupsPostProcessor(ObjectProvider<Handoff> handoff) {
		this.handoff = handoff;
	}

	@Override
	public HealthEndpointGroups postProcessHealthEndpointGroups(HealthEndpointGroups groups) {
		return new DrainingHealthEndpointGroups(groups, this::isStopping);
	}

	private boolean isStopping() {
		Handoff handoff = this.handoff.getIfAvailable();
		HandoffStatus status = (handoff != null) ? handoff.status() : null;
		return status != null && status.role() == Role.DRAINING && status.handoff() == null;
	}

}
