package dev.hotswap.benchmark.app;

import io.netty.channel.unix.UnixChannelOption;

import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Has Netty's epoll transport listen with {@code SO_REUSEPORT}.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(NettyReactiveWebServerFactory.class)
@ConditionalOnProperty("benchmark.reuse-port")
class SharedNettyPort {

	@Bean
	WebServerFactoryCustomizer<NettyReactiveWebServerFactory> reusePort() {
		return (factory) -> factory
			.addServerCustomizers((server) -> server.option(UnixChannelOption.SO_REUSEPORT, true));
	}

}
