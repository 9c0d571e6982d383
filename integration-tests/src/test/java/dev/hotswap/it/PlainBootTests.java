package dev.hotswap.it;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Jdk;
import dev.hotswap.it.harness.OnEveryJdk;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Without the starter, or with {@code hotswap.enabled=false}, the application is what it
 * would be with Spring Boot alone.
 */
@OnEveryJdk
class PlainBootTests {

	private static final String BOOTS_PROTOCOL = "org.apache.coyote.http11.Http11NioProtocol";

	private final Jdk jdk;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	PlainBootTests(Jdk jdk) {
		this.jdk = jdk;
	}

	@Test
	void withoutTheStarterTheConnectorIsBoots() throws Exception {
		App app = this.sandbox.app(this.jdk).withoutStarter().start().awaitServing();
		assertThat(app.get("/connectors").body()).isEqualTo("[\"" + BOOTS_PROTOCOL + "\"]");
		assertThat(app.get("/actuator/hotswap").status()).isEqualTo(404);
	}

	@Test
	void switchedOffTheConnectorIsBoots() throws Exception {
		App app = this.sandbox.app(this.jdk).property("hotswap.enabled", false).start().awaitServing();
		assertThat(app.get("/connectors").body()).isEqualTo("[\"" + BOOTS_PROTOCOL + "\"]");
		assertThat(app.get("/actuator/hotswap").status()).isEqualTo(404);
		assertThat(app.output()).contains("hotswap.enabled");
		try (Stream<Path> files = Files.list(this.sandbox.temporaryFolder())) {
			assertThat(files.map((file) -> file.getFileName().toString()))
				.noneMatch((name) -> name.startsWith("hotswap"));
		}
	}

}
