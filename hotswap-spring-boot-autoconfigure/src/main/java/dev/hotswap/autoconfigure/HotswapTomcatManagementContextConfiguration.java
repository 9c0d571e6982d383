package dev.hotswap.autoconfigure;

import dev.hotswap.handoff.HandoffEngine;
import dev.hotswap.web.ConnectionMonitoring;
import dev.hotswap.web.tomcat.HandoffTomcatCustomizer;

import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextType;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.context.annotation.Bean;

/**
 * Configuration of the management server's connector, where it has a port of its own. Its
 * context is a child, whose web server sees no customizers of its parent.
 *
 * @since 0.1.0
 */
@ManagementContextConfiguration(value = ManagementContextType.CHILD, proxyBeanMethods = false)
@ConditionalOnBean(HandoffEngine.class)
@ConditionalOnClass(ConfigurableTomcatWebServerFactory.class)
public class HotswapTomcatManagementContextConfiguration {

	@Bean
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	HandoffTomcatCustomizer hotswapManagementTomcatCustomizer(HandoffEngine engine, ConnectionMonitoring monitoring) {
		return new HandoffTomcatCustomizer("management", engine::claim, engine.connectors(), monitoring);
	}

}
