package dev.hotswap.actuate;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroup;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.actuate.endpoint.HttpCodeStatusMapper;
import org.springframework.boot.health.actuate.endpoint.StatusAggregator;
import org.springframework.boot.health.contributor.Status;

/**
 * Health groups that know {@link HotswapHealthIndicator#DRAINING}: Boot drops statuses
 * that are not in its order. The {@code hotswap} component belongs to the readiness
 * group, also where the user has named its members.
 *
 * @param groups the groups as they were
 * @param stopping whether this process is leaving without a successor
 */
record DrainingHealthEndpointGroups(HealthEndpointGroups groups,
		BooleanSupplier stopping) implements HealthEndpointGroupsDecorator {

	private static final String READINESS = "readiness";

	@Override
	public HealthEndpointGroup decorate(@Nullable String name, HealthEndpointGroup group) {
		return new DrainingGroup(group, READINESS.equals(name), this.stopping);
	}

	/**
	 * A group that knows the status.
	 *
	 * @param group the group as it was
	 * @param readiness whether our component belongs to it in any case
	 * @param stopping whether nobody else serves this address
	 */
	private record DrainingGroup(HealthEndpointGroup group, boolean readiness,
			BooleanSupplier stopping) implements Group {

		@Override
		public boolean isMember(String name) {
			return (this.readiness && "hotswap".equals(name)) || this.group.isMember(name);
		}

		@Override
		public StatusAggregator getStatusAggregator() {
			return this::aggregate;
		}

		/** Worse than UP, better than everything that is wrong. */
		private Status aggregate(Set<Status> statuses) {
			Set<Status> others = new LinkedHashSet<>(statuses);
			boolean draining = others.remove(HotswapHealthIndicator.DRAINING);
			Status aggregate = this.group.getStatusAggregator().getAggregateStatus(others);
			boolean well = Status.UP.equals(aggregate) || Status.UNKNOWN.equals(aggregate);
			return (draining && well) ? HotswapHealthIndicator.DRAINING : aggregate;
		}

		@Override
		public HttpCodeStatusMapper getHttpCodeStatusMapper() {
			return this::httpCode;
		}

		/** As the predecessor of a handoff the address is well: the successor serves. */
		private int httpCode(Status status) {
			int code = this.group.getHttpCodeStatusMapper().getStatusCode(status);
			boolean refuses = HotswapHealthIndicator.DRAINING.equals(status) && this.stopping.getAsBoolean();
			return (refuses && code == WebEndpointResponse.STATUS_OK) ? WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE
					: code;
		}

	}

}
