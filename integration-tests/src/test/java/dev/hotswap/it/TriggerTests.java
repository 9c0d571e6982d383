package dev.hotswap.it;

import java.nio.file.Path;

import dev.hotswap.it.harness.Answer;
import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.LoadReport;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.OnPlatforms.Choice;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.SampleJar;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The ways to start a handoff beside the signal.
 */
@OnPlatforms(Choice.ONE)
class TriggerTests {

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	TriggerTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void handoffByEndpoint() throws Exception {
		App app = this.sandbox.app(this.platform).start().awaitServing();
		Load load = Load.on(app.port(), "/hello").start();
		Answer accepted = app.postHandoff();
		Answer refused = app.postHandoff();
		App.HandedOver handedOver = app.awaitHandoverFrom(app.pid());
		JsonNode handoff = app.awaitHistory(1);
		LoadReport report = load.stop();
		System.out.printf("HANDOFFS %s mode=kept trigger=endpoint handoffs=1 %s%n", this.platform, report);
		assertThatNobodyNoticed(report);
		assertThat(accepted.status()).isEqualTo(202);
		assertThat(refused.status()).isEqualTo(409);
		assertThat(refused.json().path("id").asString()).isEqualTo(accepted.json().path("id").asString());
		assertThat(refused.json().path("stage").asString()).isNotEmpty();
		assertThat(refused.json().path("message").asString()).isNotEmpty();
		assertThat(handedOver.exitStatus()).hasValue(0);
		assertThat(handoff.path("id").asString()).isEqualTo(accepted.json().path("id").asString());
		assertThat(handoff.path("trigger").asString()).isEqualTo("ENDPOINT");
		assertThat(handoff.path("result").asString()).isEqualTo("SUCCEEDED");
		assertThat(handoff.path("from").path("pid").asLong()).isEqualTo(handedOver.predecessor());
		assertThat(handoff.path("to").path("pid").asLong()).isEqualTo(handedOver.successor());
	}

	@Test
	void takeoverByAnotherVersionsJar() throws Exception {
		Path jar = SampleJar.ofVersion(this.sandbox.folder().resolve("v1.jar"), "1", this.platform.server());
		Path newJar = SampleJar.ofVersion(this.sandbox.folder().resolve("v2.jar"), "2", this.platform.server());
		App app = this.sandbox.app(this.platform).jar(jar).start().awaitServing();
		Load load = Load.on(app.port(), "/hello").start();
		App successor = this.sandbox.app(this.platform).jar(newJar).port(app.port()).takeover().start().awaitServing();
		int exitStatus = app.awaitExit();
		JsonNode handoff = successor.awaitHistory(1);
		LoadReport report = load.stop();
		System.out.printf("HANDOFFS %s mode=kept trigger=takeover handoffs=1 %s%n", this.platform, report);
		assertThatNobodyNoticed(report);
		assertThat(exitStatus).isZero();
		assertThat(report.byVersion()).containsOnlyKeys("1", "2");
		assertThat(handoff.path("trigger").asString()).isEqualTo("TAKEOVER");
		assertThat(handoff.path("exitStatus").isNull()).isTrue();
		// What the operator started can itself be handed over, by the same jar
		App.HandedOver handedOver = successor.handOver();
		assertThat(handedOver.predecessor()).isEqualTo(successor.pid());
		assertThat(handedOver.exitStatus()).hasValue(0);
		assertThat(successor.get("/hello").version()).isEqualTo("2");
	}

	/** On a JDK without virtual threads the property does nothing. */

}
