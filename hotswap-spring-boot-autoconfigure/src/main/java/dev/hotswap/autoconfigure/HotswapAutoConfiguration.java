package dev.hotswap.autoconfigure;

import dev.hotswap.ConnectionListener;
import dev.hotswap.Handoff;
import dev.hotswap.web.ConnectionEvents;
import dev.hotswap.web.ConnectionMonitoring;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the graceful handoff. The {@link Handoff} itself is there before
 * any bean, since a successor asks for its listeners before its web server is created;
 * where it is absent, Hotswap is off and adds nothing.
 *
 * @since 0.1.0
 */
@AutoConfiguration
@ConditionalOnBean(Handoff.class)
@EnableConfigurationProperties(HotswapProperties.class)
public final class HotswapAutoConfiguration {

	@Bean
	@ConditionalOnBean(ConnectionListener.class)
	@ConditionalOnMissingBean
	ConnectionEvents hotswapConnectionEvents(ObjectProvider<ConnectionListener> listeners) {
		return new ConnectionEvents(listeners.orderedStream().toList());
	}

	@Bean
	@ConditionalOnMissingBean
	ConnectionMonitoring hotswapConnectionMonitoring(HotswapProperties properties,
			ObjectProvider<ConnectionEvents> events) {
		HotswapProperties.Connections connections = properties.getConnections();
		return new ConnectionMonitoring(connections.getIdleTimeout(), connections.getActiveWarning(),
				events.getIfAvailable());
	}

}
