package dev.hotswap.autoconfigure;

import dev.hotswap.Handoff;
import org.apache.coyote.http11.Http11NioProtocol;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A test of an application never hands anything over, whatever is configured: tests run
 * beside each other and beside the application itself.
 */
@SpringBootTest(classes = HotswapRunListenerTests.TomcatApplication.class,
		webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
		properties = { "hotswap.control.socket=/tmp/hotswap-must-not-be-used/x.sock", "hotswap.takeover=true" })
class SpringBootTestTests {

	@Test
	void hotswapStaysOutOfATest(@Autowired ServletWebServerApplicationContext context) {
		assertThat(context.getBeanProvider(Handoff.class).getIfAvailable()).isNull();
		assertThat(((TomcatWebServer) context.getWebServer()).getTomcat().getConnector().getProtocolHandler())
			.isExactlyInstanceOf(Http11NioProtocol.class);
	}

}
