package dev.hotswap.autoconfigure;

import dev.hotswap.actuate.HotswapMetrics;
import dev.hotswap.handoff.HandoffEngine;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the meters {@code hotswap.*}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = HotswapAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({ HandoffEngine.class, MeterRegistry.class })
public final class HotswapMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	HotswapMetrics hotswapMetrics(HandoffEngine engine) {
		return new HotswapMetrics(engine);
	}

}
