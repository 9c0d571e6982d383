package dev.hotswap.autoconfigure;

import dev.hotswap.Handoff;
import dev.hotswap.actuate.HotswapEndpoint;
import dev.hotswap.actuate.HotswapHealthEndpointGroupsPostProcessor;
import dev.hotswap.actuate.HotswapHealthIndicator;
import dev.hotswap.actuate.Readiness;
import dev.hotswap.actuate.ReleaseListing;
import dev.hotswap.release.Releases;

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
 * Auto-configuration of the endpoint {@code hotswap} and the health component of that
 * name.
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
