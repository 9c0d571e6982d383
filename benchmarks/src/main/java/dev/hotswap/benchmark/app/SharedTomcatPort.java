package dev.hotswap.benchmark.app;

import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Has Tomcat listen with {@code SO_REUSEPORT}.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(ConfigurableTomcatWebServerFactory.class)
@ConditionalOnProperty("benchmark.reuse-port")
class SharedTomcatPort {

	@Bean
	WebServerFactoryCustomizer<TomcatServletWebServerFactory> reusePort() {
		return (factory) -> factory.setProtocol(ReusePortProtocol.class.getName());
	}

}
