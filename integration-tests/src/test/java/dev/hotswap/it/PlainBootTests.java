package dev.hotswap.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.OnPlatforms.Choice;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Without the starter, or with {@code hotswap.enabled=false}, the application is what it
 * would be with Spring Boot alone.
 */
@OnPlatforms(Choice.TWO)
class PlainBootTests {

	/**
	 * What the fixture shows of its connectors is a name of ours where the starter is at
	 * work.
	 */
	private static final String OURS = "dev.hotswap.web.";

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	PlainBootTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void withTheStarterTheConnectorIsOurs() throws Exception {
		App app = this.sandbox.app(this.platform).start().awaitServing();
		assertThat(app.get("/connectors").body()).contains(OURS);
		assertThat(app.get("/actuator/hotswap").status()).isEqualTo(200);
	}

	@Test
	void withoutTheStarterTheConnectorIsBoots() throws Exception {
		App app = this.sandbox.app(this.platform).withoutStarter().start().awaitServing();
		assertThatItIsPlain(app);
	}

	@Test
	void switchedOffTheConnectorIsBoots() throws Exception {
		App app = this.sandbox.app(this.platform).property("hotswap.enabled", false).start().awaitServing();
		assertThatItIsPlain(app);
		assertThat(app.output()).contains("hotswap.enabled");
		try (Stream<Path> files = Files.list(this.sandbox.temporaryFolder())) {
			assertThat(files.map((file) -> file.getFileName().toString()))
				.noneMatch((name) -> name.startsWith("hotswap"));
		}
	}

	private void assertThatItIsPlain(App app) throws IOException {
		String boots = switch (this.platform.server()) {
			case TOMCAT -> "org.apache.coyote.http11.Http11NioProtocol";
			case NETTY_NIO -> "io.netty.channel.socket.nio.NioServerSocketChannel";
			case NETTY_EPOLL -> "io.netty.channel.epoll.EpollServerSocketChannel";
		};
		assertThat(app.get("/connectors").body()).contains(boots).doesNotContain(OURS);
		assertThat(app.get("/actuator/hotswap").status()).isEqualTo(404);
	}

}
