package dev.hotswap.it;

import java.time.Duration;

import dev.hotswap.it.harness.Answer;
import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Http;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.LoadReport;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * After the cutover the predecessor can serve again: when its successor is killed or
 * stops answering, and when an operator wants it to. It does not when the service is
 * stopped.
 */
@OnPlatforms(OnPlatforms.Choice.ONE)
class ResumeTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(60);

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	ResumeTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void successorKilledWhileThePredecessorDrains() throws Exception {
		App app = start();
		Load load = Load.on(app.port(), "/hello").rate(50).connectionPerRequest().start();
		try (Http slow = new Http(app.port(), TIMEOUT)) {
			slow.send(slow.head("GET", "/slow?seconds=20"));
			long successor = handOver(app, "DRAINING");
			app.kill(successor);
			assertServesAgain(app, "successor-exited", "DRAIN");
			Answer answer = slow.receive();
			assertThat(answer.status()).isEqualTo(200);
			assertThat(answer.pid()).isEqualTo(app.pid());
			assertThat(answer.headers()).as("it serves on, so nothing is announced").doesNotContainKey("connection");
			assertThat(slow.get("/hello").pid()).isEqualTo(app.pid());
		}
		assertThatNoConnectWasRefused(load.stop());
		assertThatItHandsOver(app);
	}

	@Test
	void successorKilledWhileThePredecessorStandsBy() throws Exception {
		App app = start();
		Load load = Load.on(app.port(), "/hello").rate(50).connectionPerRequest().start();
		long successor = handOver(app, "STANDBY");
		app.kill(successor);
		assertServesAgain(app, "successor-exited", "STANDBY");
		assertThatNoConnectWasRefused(load.stop());
		assertThatItHandsOver(app);
	}

	@Test
	void stoppedSuccessorIsKilled() throws Exception {
		App app = start();
		long successor = handOver(app, "STANDBY");
		FaultyHandoff.stop(this.sandbox, successor);
		try (Http waiting = new Http(app.port(), TIMEOUT)) {
			Answer answer = waiting.get("/hello");
			assertThat(answer.pid()).as("what waits in the accept queue is served").isEqualTo(app.pid());
		}
		assertServesAgain(app, "timeout", "STANDBY");
	}

	@Test
	void operatorRevertsAndNobodyNotices() throws Exception {
		App app = start();
		Load load = Load.on(app.port(), "/hello").start();
		long successor = handOver(app, "STANDBY");
		Answer accepted = Http.once(app.managementPort(), "DELETE", "/actuator/hotswap");
		assertThat(accepted.status()).isEqualTo(202);
		assertThat(accepted.json().path("id").asString()).isNotEmpty();
		awaitActive(app, app.pid());
		await().atMost(TIMEOUT).until(() -> !this.sandbox.living().contains(successor));
		LoadReport report = load.stop();
		System.out.printf("HANDOFFS %s mode=kept reverted=1 %s%n", this.platform, report);
		assertThatNobodyNoticed(report);
		assertServesAgain(app, "aborted", "STANDBY");
		assertThat(app.output()).contains("Handoff " + accepted.json().path("id").asString() + " is undone");
	}

	@Test
	void operatorWhoStopsTheSuccessorDoesNotBringTheOldOneBack() throws Exception {
		App app = start();
		long successor = handOver(app, "STANDBY");
		signal("TERM", successor);
		assertThat(app.awaitExit()).isZero();
		await().atMost(TIMEOUT).until(() -> this.sandbox.living().isEmpty());
		assertThat(app.output()).doesNotContain("serves again");
	}

	private App start() {
		return this.sandbox.app(this.platform).property("hotswap.drain.standby", "60s").start().awaitServing();
	}

	/** A handoff, until the predecessor is in a role. */
	private long handOver(App app, String role) {
		app.signalHandoff(app.pid());
		long successor = app.awaitSuccessorOf(app.pid());
		JsonNode status = await().atMost(TIMEOUT)
			.until(app::status, (current) -> current.at("/draining/0/role").asString().equals(role)
					&& current.path("pid").asLong() == successor);
		assertThat(status.at("/draining/0/pid").asLong()).isEqualTo(app.pid());
		return successor;
	}

	private static JsonNode awaitActive(App app, long pid) {
		return await().atMost(TIMEOUT)
			.until(app::status,
					(status) -> status.path("role").asString().equals("ACTIVE") && status.path("pid").asLong() == pid
							&& status.path("draining").isEmpty() && status.path("handoff").isNull());
	}

	private void assertServesAgain(App app, String code, String stage) throws Exception {
		JsonNode status = awaitActive(app, app.pid());
		assertThat(status.path("generation").asInt()).isOne();
		assertThat(status.path("handoff").isNull()).isTrue();
		assertThat(status.path("history")).hasSize(1);
		JsonNode handoff = status.path("history").get(0);
		assertThat(handoff.path("result").asString()).isEqualTo("FAILED");
		assertThat(handoff.path("code").asString()).isEqualTo(code);
		assertThat(handoff.path("stage").asString()).isEqualTo(stage);
		assertThat(this.sandbox.living()).containsExactly(app.pid());
		JsonNode readiness = Http.once(app.managementPort(), "GET", "/actuator/health/readiness").json();
		assertThat(readiness.path("status").asString()).isEqualTo("UP");
	}

	private static void assertThatNoConnectWasRefused(LoadReport report) {
		System.out.println("HANDOFFS mode=per-request successor-killed " + report);
		assertThat(report.failures()).doesNotContainKey("Connection refused").doesNotContainKey("no answer");
	}

	private static void signal(String name, long pid) throws Exception {
		assertThat(new ProcessBuilder("kill", "-" + name, String.valueOf(pid)).start().waitFor()).isZero();
	}

	private void assertThatItHandsOver(App app) throws Exception {
		App next = this.sandbox.app(this.platform).port(app.port()).takeover().start().awaitServing();
		assertThat(next.status().path("generation").asInt()).isEqualTo(2);
		signal("TERM", next.pid());
		assertThat(app.awaitExit()).isZero();
	}

}
