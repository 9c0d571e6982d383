package dev.hotswap.actuate;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroup;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.actuate.endpoint.HttpCodeStatusMapper;
import org.springframework.boot.health.contributor.Status;

/**
 * Health groups of which the liveness group answers probes with tolerance. What it
 * reports stays as it is; what an orchestrator acts upon, the HTTP status, does not.
 *
 * @param groups the groups as they were
 * @param tolerance what is tolerated
 */
record LivenessHealthEndpointGroups(HealthEndpointGroups groups,
		LivenessTolerance tolerance) implements HealthEndpointGroupsDecorator {

	private static final String LIVENESS = "liveness";

	private static final int FIRST_ERROR = 400;

	@Override
	public HealthEndpointGroup decorate(@Nullable String name, HealthEndpointGroup group) {
		return LIVENESS.equals(name) ? new LivenessGroup(group, this.tolerance) : group;
	}

	/**
	 * The liveness group.
	 *
	 * @param group the group as it was
	 * @param tolerance what is tolerated
	 */
	private record LivenessGroup(HealthEndpointGroup group, LivenessTolerance tolerance) implements Group {

		@Override
		public HttpCodeStatusMapper getHttpCodeStatusMapper() {
			return this::httpCode;
		}

		/** Asked for once for each probe. */
		private int httpCode(Status status) {
			int code = this.group.getHttpCodeStatusMapper().getStatusCode(status);
			if (code < FIRST_ERROR) {
				this.tolerance.succeeded();
				return code;
			}
			return this.tolerance.tolerates() ? WebEndpointResponse.STATUS_OK : code;
		}

	}

}
