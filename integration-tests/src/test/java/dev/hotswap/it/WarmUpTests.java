package dev.hotswap.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import dev.hotswap.it.harness.Answer;
import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Http;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.OnPlatforms.Choice;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Policies;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A successor that warms up before it serves, with requests through its own connectors.
 */
@OnPlatforms(Choice.TWO)
class WarmUpTests {

	private static final Set<String> KEPT_HEADERS = Set.of("accept", "accept-encoding", "accept-language", "host",
			"user-agent", "x-hotswap-warm-up");

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	WarmUpTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void successorHasServedRecordedAndConfiguredRequestsBeforeItsFirstClient() throws Exception {
		App app = app().property("hotswap.warm-up.requests", "/hello?size=3, HEAD /hello")
			.property("management.endpoints.web.exposure.include", "health,hotswap,metrics")
			.start()
			.awaitServing();
		serve(app, "/warm-up-seen", "Authorization: Bearer secret-1", "Cookie: session=secret-2", "X-Api-Key: secret-3",
				"Proxy-Authorization: Basic secret-4", "X-Custom: secret-5", "User-Agent: probe/1",
				"Accept: application/json");
		serve(app, "/warm-up-seen?token=secret-6");
		serve(app, "/lazy-parts");
		serve(app, "/slow?seconds=0");
		serve(app, "/warm-up-seen;jsessionid=secret-7");
		app.signalHandoff(app.pid());
		long successor = app.awaitSuccessorOf(app.pid());
		for (int i = 0; i < 4; i++) {
			serve(app, "/hello");
		}
		JsonNode seen = app.get("/warm-up-seen").json();
		assertThat(seen.path("pid").asLong()).isEqualTo(successor);
		assertThat(seen.path("count").asLong()).isGreaterThan(200);
		assertThat(seen.path("requests").propertyNames())
			.contains("GET /hello", "GET /warm-up-seen", "GET /hello?size=3", "HEAD /hello")
			.noneMatch((request) -> request.contains("secret") || request.contains("slow"));
		assertThat(seen.toString()).doesNotContain("secret");
		JsonNode recorded = seen.path("requests").path("GET /warm-up-seen");
		assertThat(recorded.propertyNames()).isSubsetOf(KEPT_HEADERS);
		assertThat(recorded.path("user-agent").asString()).isEqualTo("probe/1");
		assertThat(recorded.path("accept").asString()).isEqualTo("application/json");
		assertThat(seen.path("firstUses").propertyNames()).containsExactlyInAnyOrder("json", "pool", "validator");
		assertThat(seen.path("firstUses").values()).allMatch(JsonNode::asBoolean);
		if (this.platform.isTomcat()) {
			assertThatServletIsInitialisedBeforeTheWarmUpEnds(app, successor);
		}
		assertThat(app.output()).containsPattern("Warm-up: \\d+ requests over \\d+ routes in \\d+ ms, median latency ");
		// The first of them ended the wait for the successor
		awaitCounted(app, "/hello", 5);
		awaitCounted(app, "/warm-up-seen", 1);
		assertThat(app.awaitHistory(1).path("stageMillis").path("WARM_UP").asLong()).isGreaterThan(100);
		assertThat(app.awaitExit(app.pid())).hasValue(0);
		assertThat(app.get("/warm-up-seen").json().path("count").asLong()).isEqualTo(seen.path("count").asLong());
	}

	private static void assertThatServletIsInitialisedBeforeTheWarmUpEnds(App app, long pid) {
		String log = app.output()
			.lines()
			.filter((line) -> line.contains(" " + pid + " --- "))
			.collect(Collectors.joining("\n"));
		assertThat(log).containsOnlyOnce("Completed initialization in");
		assertThat(log.indexOf("Completed initialization in")).isLessThan(log.indexOf("Warm-up: "));
	}

	private static void serve(App app, String path, String... headers) throws IOException {
		try (Http http = new Http(app.port(), Duration.ofSeconds(10))) {
			http.send(http.head("GET", path, headers));
			assertThat(http.receive().status()).isEqualTo(200);
		}
	}

	/**
	 * A request is counted once it is over, which its client may know a moment earlier.
	 */
	private static void awaitCounted(App app, String path, long count) {
		await().untilAsserted(() -> {
			Answer metric = app.get("/actuator/metrics/http.server.requests?tag=uri:" + path);
			assertThat(metric.status()).isEqualTo(200);
			assertThat(metric.json().path("measurements").get(0).path("value").asLong()).isEqualTo(count);
		});
	}

	@Test
	void virtualThreadsAreWarmedUp() throws Exception {
		assumeTrue(this.platform.isTomcat() && this.platform.jdk().feature() >= 21, "no virtual threads serve here");
		App app = app().property("spring.threads.virtual.enabled", true)
			.property("hotswap.warm-up.duration", "1s")
			.start()
			.awaitServing();
		assertThat(app.handOver().exitStatus()).hasValue(0);
		JsonNode seen = app.get("/warm-up-seen").json();
		assertThat(seen.path("count").asLong()).isPositive().isEqualTo(seen.path("onVirtualThreads").asLong());
	}

	@Test
	void failingRequestFailsTheHandoffWhereTheWarmUpIsRequired() {
		App app = app().property("hotswap.warm-up.requests", "/no-such-path")
			.property("hotswap.warm-up.required", true)
			.property("hotswap.warm-up.duration", "1s")
			.start()
			.awaitServing();
		app.signalHandoff(app.pid());
		JsonNode handoff = app.awaitHistory(1);
		assertThat(handoff.path("result").asString()).isEqualTo("FAILED");
		assertThat(handoff.path("code").asString()).isEqualTo("warm-up");
		assertThat(handoff.path("stage").asString()).isEqualTo("WARM_UP");
		assertThat(handoff.path("message").asString()).contains("GET /no-such-path", "status 404");
		assertThat(handoff.path("exitStatus").asInt()).isEqualTo(22);
		assertThat(app.servingPid()).isEqualTo(app.pid());
	}

	@Test
	void beansThatHangOrThrowAreNamedAndTheHandoffGoesOn() throws Exception {
		Path faults = Files.writeString(this.sandbox.folder().resolve("faults"), "hang-in-warm-up\nthrow-in-warm-up\n");
		App app = app().property("fixture.fault-file", faults)
			.property("hotswap.warm-up.duration", "1s")
			.property("hotswap.warm-up.recorded", false)
			.start()
			.awaitServing();
		App.HandedOver handedOver = app.handOver();
		assertThat(handedOver.exitStatus()).hasValue(0);
		String output = app.output();
		assertThat(output).contains("Warm-up: the bean 'hangingWarmUp' took longer than 1000 ms")
			.contains("Warm-up: the bean 'throwingWarmUp' failed: java.lang.IllegalStateException: FIXTURE throws")
			.contains("Warm-up: no requests");
		assertThat(output.indexOf("FIXTURE hangs in its warm-up")).isNotNegative()
			.isLessThan(output.indexOf("FIXTURE warms up"));
	}

	@Test
	void successorHasTheIdlePolicyUntilItHasWarmedUp() throws Exception {
		assumeTrue(Policies.canGoBack(), "a thread that has the idle policy cannot go back here");
		Path faults = Files.writeString(this.sandbox.folder().resolve("faults"), "hang-in-warm-up\n");
		App app = app().property("fixture.fault-file", faults)
			.property("hotswap.warm-up.recorded", false)
			.start()
			.awaitServing();
		assertThat(Policies.of(app.pid()).values()).containsOnly(Policies.USUAL);
		app.signalHandoff(app.pid());
		await().until(() -> app.output().contains("FIXTURE hangs in its warm-up"));
		long successor = app.status().path("handoff").path("successorPid").asLong();
		Map<String, String> policies = Policies.of(successor);
		assertThat(policies.remove("hotswap-gentle-")).isEqualTo(Policies.USUAL);
		assertThat(policies.remove("C1 CompilerThre")).isEqualTo(Policies.USUAL);
		// The JDK's own, for programs that the first of them has run
		policies.remove("process reaper");
		assertThat(policies.values()).containsOnly(Policies.IDLE);
		assertThat(app.awaitSuccessorOf(app.pid())).isEqualTo(successor);
		policies = Policies.of(successor);
		policies.keySet().removeIf((name) -> name.matches("C[12] Compiler.*"));
		assertThat(policies.values()).containsOnly(Policies.USUAL);
		await().untilAsserted(() -> assertThat(Policies.of(successor).values()).containsOnly(Policies.USUAL));
	}

	private App.Builder app() {
		return this.sandbox.app(this.platform).property("hotswap.warm-up.duration", "3s");
	}

}
