package dev.hotswap.it;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.hotswap.it.harness.Answer;
import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Http;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.LoadReport;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.OnPlatforms.Choice;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A new handoff starts while older generations still drain.
 * {@code -Dhotswap.test.long-request} is how many seconds their requests last.
 */
@Tag("full")
@OnPlatforms(Choice.ONE)
class GenerationsTests {

	private static final int SECONDS = Integer.getInteger("hotswap.test.long-request", 20);

	private static final Duration PATIENCE = Duration.ofSeconds(SECONDS + 45L);

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	GenerationsTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void threeDrainAtOnceAndAnswerTheirLongRequests() throws Exception {
		App app = this.sandbox.app(this.platform).property("hotswap.drain.timeout", "90s").start().awaitServing();
		Load load = Load.on(app.port(), "/hello").rate(100).start();
		List<Long> generations = new ArrayList<>();
		List<Http> requests = new ArrayList<>();
		long active = app.pid();
		try {
			for (int i = 0; i < 3; i++) {
				generations.add(active);
				requests.add(longRequest(app));
				app.signalHandoff(active);
				active = app.awaitSuccessorOf(active);
			}
			List<Long> newestFirst = List.of(generations.get(2), generations.get(1), generations.get(0));
			// Once the others have moved, each holds its long request and nothing else
			JsonNode status = await().atMost(PATIENCE)
				.until(app::status, (current) -> pids(current.path("draining")).equals(newestFirst)
						&& held(current.path("draining")).equals(List.of(1, 1, 1)));
			for (JsonNode draining : status.path("draining")) {
				assertThat(draining.path("role").asString()).isEqualTo("DRAINING");
			}
			assertThat(status.path("draining")).extracting((draining) -> draining.path("generation").asInt())
				.containsExactly(3, 2, 1);
			for (int i = 0; i < 3; i++) {
				Answer answer = requests.get(i).receive();
				assertThat(answer.status()).isEqualTo(200);
				assertThat(answer.pid()).isEqualTo(generations.get(i));
				assertThat(app.awaitExit(generations.get(i))).hasValue(0);
			}
		}
		finally {
			for (Http request : requests) {
				request.close();
			}
		}
		assertThat(this.sandbox.living()).containsExactly(active);
		JsonNode settled = await().atMost(PATIENCE).until(app::status, (current) -> current.path("draining").isEmpty());
		assertThat(settled.path("history")).hasSize(3).allSatisfy((handoff) -> {
			assertThat(handoff.path("result").asString()).isEqualTo("SUCCEEDED");
			assertThat(handoff.at("/connections/cut").asInt()).isZero();
		});
		LoadReport report = load.stop();
		System.out.printf("HANDOFFS %s mode=kept draining=3 seconds=%d %s%n", this.platform, SECONDS, report);
		assertThatNobodyNoticed(report);
	}

	private static Http longRequest(App app) throws IOException {
		Http http = new Http(app.port(), PATIENCE);
		http.send(http.head("GET", "/slow?seconds=" + SECONDS));
		return http;
	}

	private static List<Integer> held(JsonNode draining) {
		List<Integer> active = new ArrayList<>();
		draining.forEach((each) -> active.add(each.at("/held/active").asInt()));
		return active;
	}

	private static List<Long> pids(JsonNode draining) {
		List<Long> pids = new ArrayList<>();
		draining.forEach((each) -> pids.add(each.path("pid").asLong()));
		return pids;
	}

}
