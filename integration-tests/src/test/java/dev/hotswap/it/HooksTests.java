package dev.hotswap.it;

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
 * The worked examples of the documentation: scheduled work runs in one process at a time,
 * also when an operator reverts the handoff; a precheck refuses; a cache is full before
 * its process serves.
 */
@OnPlatforms(Choice.ONE)
class HooksTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(60);

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	HooksTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void schedulerPausesInThePredecessorAndResumesWhenItServesAgain() throws Exception {
		App app = this.sandbox.app(this.platform)
			.mainClass("dev.hotswap.it.example.SchedulerApplication")
			.property("hotswap.drain.standby", "60s")
			.property("hotswap.warm-up.duration", "10s")
			.property("hotswap.warm-up.recorded", false)
			.start()
			.awaitServing();
		assertThatAPrecheckRefuses(app);
		awaitTicks(app, app.pid(), 1);
		assertThat(prices(app)).isZero();
		app.signalHandoff(app.pid());
		long successor = app.awaitSuccessorOf(app.pid());
		assertThat(prices(app)).as("which the warm-up has loaded").isOne();
		await().atMost(TIMEOUT).until(() -> role(app).equals("STANDBY"));
		long before = ticks(app, app.pid());
		awaitTicks(app, successor, ticks(app, successor) + 10);
		assertThat(ticks(app, app.pid())).as("of the predecessor that stands by").isEqualTo(before);
		assertThat(Http.once(app.managementPort(), "DELETE", "/actuator/hotswap").status()).isEqualTo(202);
		awaitTicks(app, app.pid(), before + 10);
		await().atMost(TIMEOUT).until(() -> !this.sandbox.living().contains(successor));
		assertThat(app.output()).doesNotContain("cut short").doesNotContain("failed on HandoffRoleEvent");
	}

	private static void assertThatAPrecheckRefuses(App app) throws Exception {
		Http.once(app.port(), "PUT", "/closing/true");
		assertThat(app.postHandoff().status()).isEqualTo(202);
		JsonNode refused = app.awaitHistory(1);
		assertThat(refused.path("code").asString()).isEqualTo("refused");
		assertThat(refused.path("message").asString()).startsWith("The books are being closed");
		Http.once(app.port(), "PUT", "/closing/false");
	}

	private static int prices(App app) throws Exception {
		return app.get("/hello").json().path("prices").asInt();
	}

	private static String role(App app) {
		return app.status().at("/draining/0/role").asString("");
	}

	private static void awaitTicks(App app, long pid, long count) {
		await().atMost(TIMEOUT).until(() -> ticks(app, pid) >= count);
	}

	private static long ticks(App app, long pid) {
		return app.output().lines().filter(("TICK of " + pid)::equals).count();
	}

}
