package dev.hotswap.autoconfigure;

import dev.hotswap.Handoff;
import dev.hotswap.actuate.HotswapEndpoint;
import dev.hotswap.actuate.HotswapHealthEndpointGroupsPostProcessor;
import dev.hotswap.actuate.HotswapHealthIndicator;
import dev.hotswap.actuate.LivenessHealthEndpointGroupsPostProcessor;
import dev.hotswap.actuate.LivenessTolerance;
import dev.hotswap.actuate.Readiness;
import dev.hotswap.actuate.ReleaseListing;
import dev.hotswap.release.Releases;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Auto-configuration of the endpoint {@code hotswap}, the health component of that name,
 * and the tolerance of the liveness group.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = { HotswapAutoConfiguration.class, HealthEndpointAutoConfiguration.class,
		AvailabilityProbesAutoConfiguration.class })
@ConditionalOnBean(Handoff.class)
@ConditionalOnClass(HealthEndpoint.class)
public final class HotswapActuatorAutoConfiguration {

	@Bean
	@ConditionalOnAvailableEndpoint(HotswapEndpoint.class)
	@ConditionalOnMissingBean
	HotswapEndpoint hotswapEndpoint(Handoff handoff, ObjectProvider<Releases> releases) {
		return new HotswapEndpoint(handoff, new ReleaseListing(releases.getIfAvailable()));
	}

	/**
	 * After that of the availability probes, as the one of the health component.
	 */
	@Bean
	static LivenessHealthEndpointGroupsPostProcessor hotswapLivenessHealthEndpointGroupsPostProcessor(
			ObjectProvider<HotswapProperties> properties, ObjectProvider<Handoff> handoff) {
		return new LivenessHealthEndpointGroupsPostProcessor(
				() -> tolerance(properties.getObject().getLiveness().getTolerance(), handoff));
	}

	private static @Nullable LivenessTolerance tolerance(LivenessProperties.Tolerance properties,
			ObjectProvider<Handoff> handoff) {
		if (properties.getFailures() == null && properties.getDuration() == null) {
			return null;
		}
		return new LivenessTolerance(properties.getFailures(), properties.getDuration(),
				() -> handoff.getObject().status());
	}

	/**
	 * The health component.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnEnabledHealthIndicator("hotswap")
	static class HealthConfiguration {

		@Bean
		@ConditionalOnMissingBean
		HotswapHealthIndicator hotswapHealthIndicator(Handoff handoff) {
			return new HotswapHealthIndicator(handoff);
		}

		/**
		 * After that of the availability probes, which has the lowest precedence, too: it
		 * creates the readiness group where the user has not, and would hide ours.
		 */
		@Bean
		@ConditionalOnMissingBean
		static HotswapHealthEndpointGroupsPostProcessor hotswapHealthEndpointGroupsPostProcessor(
				ObjectProvider<Handoff> handoff) {
			return new HotswapHealthEndpointGroupsPostProcessor(handoff);
		}

	}

	@Bean
	@ConditionalOnBean(HealthEndpoint.class)
	@ConditionalOnMissingBean
	Readiness hotswapReadiness(HealthEndpoint healthEndpoint) {
		return new Readiness(healthEndpoint);
	}

}
