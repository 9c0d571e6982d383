package dev.hotswap.autoconfigure;

import java.nio.file.Path;

import dev.hotswap.Handoff;
import dev.hotswap.HandoffStatus;
import dev.hotswap.Role;
import org.apache.coyote.http11.Http11NioProtocol;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.UseMainMethod;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A test of an application never hands anything over, whatever is configured: tests run
 * beside each other and beside the application itself, which runs here on the control
 * path that they are told to take over.
 */
class SpringBootTestTests {

	private static final String TAKEOVER = "hotswap.takeover=true";

	private static final String COMMAND = "hotswap.command=handoff";

	@TempDir
	private static Path folder;

	private static ConfigurableApplicationContext running;

	@BeforeAll
	static void runTheApplication() {
		running = new SpringApplication(Shop.class).run("--server.port=0", "--hotswap.control.socket=" + socket());
	}

	@AfterAll
	static void stopTheApplication() {
		running.close();
	}

	@DynamicPropertySource
	static void configure(DynamicPropertyRegistry properties) {
		properties.add("hotswap.control.socket", SpringBootTestTests::socket);
	}

	private static Path socket() {
		return folder.resolve("c").resolve("x.sock");
	}

	private static void assertThatItStaysOut(ApplicationContext test) {
		assertThat(test.getBeanProvider(Handoff.class).getIfAvailable()).isNull();
		if (test instanceof ServletWebServerApplicationContext server) {
			assertThat(((TomcatWebServer) server.getWebServer()).getTomcat().getConnector().getProtocolHandler())
				.isExactlyInstanceOf(Http11NioProtocol.class);
		}
		HandoffStatus status = running.getBean(Handoff.class).status();
		assertThat(status.role()).isEqualTo(Role.ACTIVE);
		assertThat(status.handoff()).isNull();
		assertThat(status.history()).isEmpty();
		assertThat(socket()).exists();
	}

	@Nested
	@SpringBootTest(classes = Shop.class, webEnvironment = WebEnvironment.RANDOM_PORT, properties = TAKEOVER)
	class OnAPort {

		@Test
		void hotswapStaysOut(@Autowired ApplicationContext test) {
			assertThat(test).isInstanceOf(ServletWebServerApplicationContext.class);
			assertThatItStaysOut(test);
		}

	}

	@Nested
	@SpringBootTest(classes = Shop.class, webEnvironment = WebEnvironment.DEFINED_PORT,
			properties = { TAKEOVER, COMMAND, "server.port=0" }, useMainMethod = UseMainMethod.ALWAYS)
	class WithTheMainMethod {

		@Test
		void hotswapStaysOutAndNoCommandRuns(@Autowired ApplicationContext test) {
			assertThat(test).isInstanceOf(ServletWebServerApplicationContext.class);
			assertThatItStaysOut(test);
		}

	}

	@Nested
	@SpringBootTest(classes = Shop.class, webEnvironment = WebEnvironment.MOCK, properties = TAKEOVER)
	class WithAMockServer {

		@Test
		void hotswapStaysOut(@Autowired ApplicationContext test) {
			assertThatItStaysOut(test);
		}

	}

	@Nested
	@SpringBootTest(classes = Shop.class, webEnvironment = WebEnvironment.NONE, properties = TAKEOVER)
	class WithoutAServer {

		@Test
		void hotswapStaysOut(@Autowired ApplicationContext test) {
			assertThatItStaysOut(test);
		}

	}

	@SpringBootConfiguration
	@ImportAutoConfiguration({ TomcatServletWebServerAutoConfiguration.class, HotswapAutoConfiguration.class,
			HotswapTomcatAutoConfiguration.class })
	static class Shop {

		public static void main(String[] args) {
			SpringApplication.run(Shop.class, args);
		}

	}

}
