package dev.hotswap.autoconfigure;

import dev.hotswap.handoff.HandoffEngine;
import dev.hotswap.web.ConnectionMonitoring;
import dev.hotswap.web.tomcat.HandoffTomcatCustomizer;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of Tomcat's main connector, and of additional ones that are built
 * with our protocol.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = HotswapAutoConfiguration.class)
@ConditionalOnBean(HandoffEngine.class)
@ConditionalOnClass(ConfigurableTomcatWebServerFactory.class)
public final class HotswapTomcatAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	HandoffTomcatCustomizer hotswapTomcatCustomizer(HandoffEngine engine, ConnectionMonitoring monitoring,
			HotswapProperties properties) {
		return new HandoffTomcatCustomizer("server", engine::claim, engine.connectors(), monitoring,
				properties.isReusePort());
	}

}
