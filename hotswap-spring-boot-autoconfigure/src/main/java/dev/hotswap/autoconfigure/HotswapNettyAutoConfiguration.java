package dev.hotswap.autoconfigure;

import dev.hotswap.handoff.HandoffEngine;
import dev.hotswap.web.ConnectionMonitoring;
import dev.hotswap.web.netty.HandoffNettyCustomizer;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of Reactor Netty's server.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = HotswapAutoConfiguration.class)
@ConditionalOnBean(HandoffEngine.class)
@ConditionalOnClass(NettyReactiveWebServerFactory.class)
public final class HotswapNettyAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	HandoffNettyCustomizer hotswapNettyCustomizer(HandoffEngine engine, ConnectionMonitoring monitoring,
			HotswapProperties properties) {
		return new HandoffNettyCustomizer("server", engine::claim, engine.connectors(), monitoring,
				properties.isReusePort());
	}

}
