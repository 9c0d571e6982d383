package dev.hotswap.benchmark;

import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

import dev.hotswap.Stage;
import dev.hotswap.it.harness.App;
import tools.jackson.databind.JsonNode;

/**
 * A handoff, started by the signal.
 */
final class HotswapDeployment implements Deployment {

	private final Applications applications;

	private final App app;

	private double plainStartMillis;

	HotswapDeployment(Applications applications) {
		this.applications = applications;
		this.app = applications.startActive();
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
	public void startAnother() {
		PlainStart another = PlainStart.launch(this.applications.withStarter());
		this.plainStartMillis = another.millis();
		another.end();
	}

	@Override
	public Story story() {
		JsonNode handoff = this.app.awaitHistory(1);
		if (!"SUCCEEDED".equals(handoff.path("result").asString())) {
			throw new IllegalStateException("The handoff failed: " + handoff);
		}
		long started = WallClock.nanoTime(Instant.parse(handoff.path("started").asString()));
		endStandby();
		JsonNode millis = handoff.path("stageMillis");
		return new Story(started + nanosBefore(Stage.LAUNCH, millis), null,
				started + nanosBefore(Stage.CUTOVER, millis), started + nanosBefore(Stage.DRAIN, millis),
				millis.path(Stage.WARM_UP.name()).asLong(), this.plainStartMillis);
	}

	/**
	 * Clients have gone, and the rest of the standby would only take time.
	 */
	private void endStandby() {
		ProcessHandle.of(predecessor()).ifPresent(ProcessHandle::destroy);
		this.app.awaitExit(predecessor());
	}

	private static long nanosBefore(Stage stage, JsonNode millis) {
		return TimeUnit.MILLISECONDS.toNanos(Arrays.stream(Stage.values())
			.filter((other) -> other.compareTo(stage) < 0)
			.mapToLong((other) -> millis.path(other.name()).asLong())
			.sum());
	}

}
