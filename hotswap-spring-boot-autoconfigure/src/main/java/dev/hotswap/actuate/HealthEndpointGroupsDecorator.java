package dev.hotswap.actuate;

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

/**
 * Health groups that are others as far as nothing else is said.
 */
interface HealthEndpointGroupsDecorator extends HealthEndpointGroups, AdditionalPathsMapper {

	/**
	 * The groups as they were.
	 * @return the groups
	 */
	HealthEndpointGroups groups();

	/**
	 * Decorate a group.
	 * @param name its name, or {@code null} for the primary one
	 * @param group the group as it was
	 * @return the group to use
	 */
	HealthEndpointGroup decorate(@Nullable String name, HealthEndpointGroup group);

	@Override
	default HealthEndpointGroup getPrimary() {
		return decorate(null, groups().getPrimary());
	}

	@Override
	default Set<String> getNames() {
		return groups().getNames();
	}

	@Override
	default @Nullable HealthEndpointGroup get(String name) {
		HealthEndpointGroup group = groups().get(name);
		return (group != null) ? decorate(name, group) : null;
	}

	@Override
	default @Nullable List<String> getAdditionalPaths(EndpointId endpointId, WebServerNamespace webServerNamespace) {
		return (groups() instanceof AdditionalPathsMapper mapper)
				? mapper.getAdditionalPaths(endpointId, webServerNamespace) : null;
	}

	/**
	 * A group that is another as far as nothing else is said.
	 */
	interface Group extends HealthEndpointGroup {

		/**
		 * The group as it was.
		 * @return the group
		 */
		HealthEndpointGroup group();

		@Override
		default boolean isMember(String name) {
			return group().isMember(name);
		}

		@Override
		default boolean showComponents(SecurityContext securityContext) {
			return group().showComponents(securityContext);
		}

		@Override
		default boolean showDetails(SecurityContext securityContext) {
			return group().showDetails(securityContext);
		}

		@Override
		default StatusAggregator getStatusAggregator() {
			return group().getStatusAggregator();
		}

		@Override
		default HttpCodeStatusMapper getHttpCodeStatusMapper() {
			return group().getHttpCodeStatusMapper();
		}

		@Override
		default @Nullable AdditionalHealthEndpointPath getAdditionalPath() {
			return group().getAdditionalPath();
		}

	}

}
