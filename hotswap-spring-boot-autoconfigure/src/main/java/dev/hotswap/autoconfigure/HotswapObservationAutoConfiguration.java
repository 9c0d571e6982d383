package dev.hotswap.autoconfigure;

import dev.hotswap.Handoff;
import dev.hotswap.actuate.HandoffObservationConvention;
import dev.hotswap.actuate.HandoffObservations;
import io.micrometer.observation.ObservationRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the observation {@code hotswap.handoff}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = HotswapAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration")
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnBean({ Handoff.class, ObservationRegistry.class })
public final class HotswapObservationAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	HandoffObservations hotswapHandoffObservations(Handoff handoff, ObservationRegistry registry,
			ObjectProvider<HandoffObservationConvention> convention) {
		return new HandoffObservations(handoff, registry, convention.getIfAvailable());
	}

}
