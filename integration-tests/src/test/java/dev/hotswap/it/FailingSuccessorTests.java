package dev.hotswap.it;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Http;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.LoadReport;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.OnPlatforms.Choice;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A successor that fails before the cutover changes nothing for clients, is recorded, and
 * does not stand in the way of the next handoff.
 */
@OnPlatforms(Choice.ONE)
class FailingSuccessorTests {

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	FailingSuccessorTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void successorThatThrowsAtStart() throws Exception {
		JsonNode handoff = failUnderLoad("throw-at-start", (app) -> {
		});
		assertThat(handoff.path("code").asString()).isEqualTo("successor-exited");
		assertThat(handoff.path("stage").asString()).isEqualTo("START");
		assertThat(handoff.path("exitStatus").asInt()).isOne();
	}

	@Test
	void successorThatNeverBecomesReady() throws Exception {
		JsonNode handoff = failUnderLoad("never-ready", (app) -> app.awaitOutput("FIXTURE hangs"));
		assertThat(handoff.path("code").asString()).isEqualTo("timeout");
		assertThat(handoff.path("stage").asString()).isEqualTo("START");
		assertThat(handoff.path("exitStatus").isNull()).isFalse();
	}

	@Test
	void successorThatIsKilledWhileItStarts() throws Exception {
		JsonNode handoff = failUnderLoad("hang-at-start", (app) -> {
			app.awaitOutput("FIXTURE hangs");
			app.signalHandoff(app.pid());
			app.awaitOutput(" runs, in START; one at a time.");
			assertThat(app.output()).containsPattern("WARN .* SIGUSR1 starts no handoff: Handoff \\S+ runs, in START");
			List<Long> others = new ArrayList<>(this.sandbox.living());
			others.remove(app.pid());
			assertThat(others).hasSize(1);
			app.kill(others.get(0));
		});
		assertThat(handoff.path("code").asString()).isEqualTo("successor-exited");
		assertThat(handoff.path("stage").asString()).isEqualTo("START");
		assertThat(handoff.path("exitStatus").asInt()).isEqualTo(128 + 9);
	}

	@Test
	void releaseThatIsNotThereIsNotLaunched() throws Exception {
		App app = this.sandbox.app(this.platform).start().awaitServing();
		String body = "{\"release\": \"v9\"}";
		try (Http http = new Http(app.managementPort(), Duration.ofSeconds(10))) {
			http.send(http.head("POST", "/actuator/hotswap", "Content-Type: application/json",
					"Content-Length: " + body.length()) + body);
			assertThat(http.receive().status()).isEqualTo(202);
		}
		JsonNode handoff = app.awaitHistory(1);
		assertThat(handoff.path("code").asString()).isEqualTo("verify");
		assertThat(handoff.path("stage").asString()).isEqualTo("VERIFY");
		assertThat(handoff.path("message").asString()).contains("hotswap.release.directory");
		assertThat(handoff.path("to").isNull()).isTrue();
	}

	private JsonNode failUnderLoad(String fault, Consumer<App> strike) throws Exception {
		Path faults = this.sandbox.folder().resolve("faults");
		App app = this.sandbox.app(this.platform)
			.property("fixture.fault-file", faults)
			.property("hotswap.ready-timeout", "8s")
			.start()
			.awaitServing();
		Load load = Load.on(app.port(), "/hello").start();
		Files.writeString(faults, fault);
		app.signalHandoff(app.pid());
		strike.accept(app);
		JsonNode failed = app.awaitHistory(1);
		assertThat(this.sandbox.living()).containsExactly(app.pid());
		assertThat(app.status().path("role").asString()).isEqualTo("ACTIVE");
		Files.delete(faults);
		App.HandedOver next = app.handOver();
		LoadReport report = load.stop();
		System.out.printf("HANDOFFS %s mode=kept fault=%s handoffs=2 %s%n", this.platform, fault, report);
		assertThatNobodyNoticed(report);
		assertThat(report.byPid()).containsOnlyKeys(app.pid(), next.successor());
		assertThat(next.exitStatus()).hasValue(0);
		assertThat(app.awaitHistory(1).path("result").asString()).isEqualTo("SUCCEEDED");
		assertThat(failed.path("result").asString()).isEqualTo("FAILED");
		assertThat(failed.path("message").asString()).isNotEmpty();
		return failed;
	}

}
