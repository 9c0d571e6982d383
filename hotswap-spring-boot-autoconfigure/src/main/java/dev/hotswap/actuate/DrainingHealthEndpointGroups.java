package dev.hotswap.actuate;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.web.AdditionalPathsMapper;
import org.springframework.boot.actuate.endpoint.web.WebServerNamespace;
import org.springframework.boot.health.actuate.endpoint.AdditionalHealthEndpointPath;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroup;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.actuate.endpoint.HttpCodeStatusMapper;
import org.springframework.boot.health.actuate.endpoint.StatusAggregator;
import org.springframework.boot.health.contributor.Status;

/**
 * Health groups that know {@link HotswapHealthIndicator#DRAINING}: Boot drops statuses
 * that are not in its order. The {@code hotswap} component belongs to the readiness
 * group, also where the user has named its members.
 */
final class DrainingHealthEndpointGroups implements HealthEndpointGroups, AdditionalPathsMapper {

	private static final String READINESS = "readiness";

	private final HealthEndpointGroups groups;

	DrainingHealthEndpointGroups(HealthEndpointGroups groups) {
		this.groups = groups;
	}

	@Override
	public HealthEndpointGroup getPrimary() {
		return new DrainingGroup(this.groups.getPrimary(), false);
	}

	@Override
	public Set<String> getNames() {
		return this.groups.getNames();
	}

	@Override
	public @Nullable HealthEndpointGroup get(String name) {
		HealthEndpointGroup group = this.groups.get(name);
		return (group != null) ? new DrainingGroup(group, READINESS.equals(name)) : null;
	}

	@Override
	public @Nullable List<String> getAdditionalPaths(EndpointId endpointId, WebServerNamespace webServerNamespace) {
		return (this.groups instanceof AdditionalPathsMapper mapper)
				? mapper.getAdditionalPaths(endpointId, webServerNamespace) : null;
	}

	/**
	 * A group that knows the status.
	 *
	 * @param group the group as it was
	 * @param readiness whether our component belongs to it in any case
	 */
	private record DrainingGroup(HealthEndpointGroup group, boolean readiness) implements HealthEndpointGroup {

		@Override
		public boolean isMember(String name) {
			return (this.readiness && "hotswap".equals(name)) || this.group.isMember(name);
		}

		@Override
		public boolean showComponents(SecurityContext securityContext) {
			return this.group.showComponents(securityContext);
		}

		@Override
		public boolean showDetails(SecurityContext securityContext) {
			return this.group.showDetails(securityContext);
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
			return this.group.getHttpCodeStatusMapper();
		}

		@Override
		public @Nullable AdditionalHealthEndpointPath getAdditionalPath() {
			return this.group.getAdditionalPath();
		}

	}

}
