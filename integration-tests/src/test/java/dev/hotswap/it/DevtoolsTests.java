package dev.hotswap.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Http;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.OnPlatforms.Choice;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Where devtools restart an application in its process, the restarted one serves, can be
 * handed over, and its successor restarts just so.
 */
@OnPlatforms(Choice.ONE)
class DevtoolsTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(30);

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	DevtoolsTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void restartedApplicationHandsOverAndItsSuccessorRestarts() throws Exception {
		Path classes = Files.createDirectories(this.sandbox.folder().resolve("classes"));
		Path pidFile = this.sandbox.folder().resolve("app.pid");
		App app = this.sandbox.app(this.platform)
			.withDevtools()
			.property("hotswap.pid-file", pidFile)
			.property("spring.devtools.restart.additional-paths", classes)
			.property("spring.devtools.restart.poll-interval", "200ms")
			.property("spring.devtools.restart.quiet-period", "100ms")
			.start()
			.awaitServing();
		restart(app, classes, 1);
		App.HandedOver handedOver = app.handOver();
		assertThat(handedOver.predecessor()).isEqualTo(app.pid());
		assertThat(handedOver.exitStatus()).hasValue(0);
		restart(app, classes, 2);
		assertThat(app.servingPid()).isEqualTo(handedOver.successor());
		assertThat(pidFile).hasContent(handedOver.successor() + "\n");
		assertThat(app.output()).contains("restartedMain").doesNotContain("APPLICATION FAILED TO START");
	}

	/** With a connection that is kept, which no drain waits for. */
	private void restart(App app, Path classes, int changes) throws Exception {
		JsonNode before = app.status();
		try (Http kept = new Http(app.port(), TIMEOUT)) {
			kept.get("/hello");
			long begun = System.nanoTime();
			Files.writeString(classes.resolve("Changed.class"), "x".repeat(changes));
			// While the old context closes nobody answers, or somebody who drains
			JsonNode after = await().atMost(TIMEOUT)
				.ignoreExceptions()
				.until(app::status, (status) -> status.path("role").asString().equals("ACTIVE")
						&& !status.path("since").equals(before.path("since")));
			await().atMost(TIMEOUT).until(() -> isReady(app));
			System.out.printf("DEVTOOLS %s restart=%d ms%n", this.platform, (System.nanoTime() - begun) / 1_000_000);
			assertThat(after.path("pid")).isEqualTo(before.path("pid"));
			assertThat(after.path("generation").asInt()).isOne();
		}
	}

	private static boolean isReady(App app) throws IOException {
		return Http.once(app.managementPort(), "GET", "/actuator/health/readiness").status() == 200;
	}

}
