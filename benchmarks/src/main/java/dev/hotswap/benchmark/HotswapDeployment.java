package dev.hotswap.benchmark;

import java.time.Duration;
import java.time.Instant;

import dev.hotswap.it.harness.App;
import tools.jackson.databind.JsonNode;

/**
 * A handoff, started by the signal.
 */
final class HotswapDeployment implements Deployment {

	private final App app;

	HotswapDeployment(Applications applications) {
		this.app = applications.withStarter().environment("_JAVA_SR_SIGNUM", "40").start().awaitServing();
	}

	@Override
	public int port() {
		return this.app.port();
	}

	@Override
	public long predecessor() {
		return this.app.pid();
	}

	@Override
	public void replace(RequestLog log) {
		this.app.signalHandoff(predecessor());
		Waiting.until(() -> log.lastAnswers().keySet().stream().anyMatch((pid) -> pid != predecessor()));
	}

	@Override
	public Story story() {
		JsonNode handoff = this.app.awaitHistory(1);
		if (!"SUCCEEDED".equals(handoff.path("result").asString())) {
			throw new IllegalStateException("The handoff failed: " + handoff);
		}
		this.app.awaitExit(predecessor());
		JsonNode millis = handoff.path("stageMillis");
		Duration ago = Duration.between(Instant.parse(handoff.path("started").asString()), Instant.now())
			.minusMillis(millis.path("PRECHECK").asLong() + millis.path("VERIFY").asLong());
		return new Story(System.nanoTime() - ago.toNanos(), millis.path("WARM_UP").asLong());
	}

}
