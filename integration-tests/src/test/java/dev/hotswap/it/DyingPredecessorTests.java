package dev.hotswap.it;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.LoadReport;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.OnPlatforms.Choice;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A predecessor that is killed in the middle of its handoff leaves a successor that
 * serves, and that can hand over itself.
 */
@OnPlatforms(Choice.ONE)
class DyingPredecessorTests {

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	DyingPredecessorTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void killedInLaunchBeforeItsOffer() throws Exception {
		App app = start("LAUNCH");
		app.signalHandoff(app.pid());
		assertThat(app.awaitExit()).isEqualTo(128 + 9);
		long successor = app.awaitSuccessorOf(app.pid());
		// It forgets the handoff and starts as a fresh process
		assertThatItServesAlone(app, successor, 1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "START", "HEALTH_CHECK", "CUTOVER" })
	void killedAfterItsOffer(String stage) throws Exception {
		App app = start(stage);
		Load load = Load.on(app.port(), "/hello").rate(50).connectionPerRequest().start();
		app.signalHandoff(app.pid());
		assertThat(app.awaitExit()).isEqualTo(128 + 9);
		long successor = app.awaitSuccessorOf(app.pid());
		assertThatItServesAlone(app, successor, 2);
		LoadReport report = load.stop();
		System.out.printf("HANDOFFS %s mode=per-request killed-in=%s %s%n", this.platform, stage, report);
		// What the dead process had accepted died with it, but the accept queue did not
		assertThat(report.failures()).doesNotContainKey("Connection refused").doesNotContainKey("no answer");
	}

	private App start(String stage) throws Exception {
		Path faults = this.sandbox.folder().resolve("faults");
		Files.writeString(faults, "kill-at-stage=" + stage);
		return this.sandbox.app(this.platform).property("fixture.fault-file", faults).start().awaitServing();
	}

	private void assertThatItServesAlone(App app, long successor, int generation) throws Exception {
		assertThat(this.sandbox.living()).containsExactly(successor);
		JsonNode status = await().atMost(Duration.ofSeconds(20))
			.until(app::status, (current) -> current.path("role").asString().equals("ACTIVE"));
		assertThat(status.path("pid").asLong()).isEqualTo(successor);
		assertThat(status.path("generation").asInt()).isEqualTo(generation);
		// Whoever owns the control path is whom a takeover finds
		Files.delete(this.sandbox.folder().resolve("faults"));
		App next = this.sandbox.app(this.platform).port(app.port()).takeover().start().awaitServing();
		assertThat(app.awaitExit(successor)).hasValue(0);
		assertThat(next.status().path("generation").asInt()).isEqualTo(generation + 1);
		assertThat(this.sandbox.living()).containsExactly(next.pid());
	}

}
