package dev.hotswap.it;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.hotswap.it.harness.App;
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
import static org.awaitility.Awaitility.await;

/**
 * With a ramp, new connections move to the successor little by little.
 */
@OnPlatforms(Choice.ONE)
class RampTests {

	private static final Duration RAMP = Duration.ofSeconds(4);

	/** Requests a second, each on a connection of its own. */
	private static final int RATE = 250;

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	RampTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void shareOfNewConnectionsGrowsFromFewToAll() throws Exception {
		App app = start(RAMP);
		Load load = Load.on(app.port(), "/hello").rate(RATE).connectionPerRequest().start();
		app.signalHandoff(app.pid());
		app.awaitOutput(" serves; draining");
		List<Double> shares = new ArrayList<>();
		for (int second = 0; second < RAMP.toSeconds(); second++) {
			shares.add(1 - shareOf(app.pid(), load));
		}
		assertThat(app.awaitExit()).isZero();
		double after = 1 - shareOf(app.pid(), load);
		LoadReport report = load.stop();
		System.out.printf("RAMP %s ramp=%s shares=%s after=%s %s%n", this.platform, RAMP, shares, after, report);
		assertThatNobodyNoticed(report);
		// On a busy machine connects queue up, which brings the shares closer to each
		// other
		double firstHalf = (shares.get(0) + shares.get(1)) / 2;
		double secondHalf = (shares.get(2) + shares.get(3)) / 2;
		assertThat(firstHalf).isLessThan(0.5);
		assertThat(secondHalf).isGreaterThan(Math.max(0.5, firstHalf + 0.15));
		assertThat(after).isEqualTo(1);
	}

	@Test
	void predecessorTakesAllAgainWhenItsSuccessorDiesInTheRamp() throws Exception {
		App app = start(Duration.ofMinutes(1));
		Load load = Load.on(app.port(), "/hello").rate(RATE).connectionPerRequest().start();
		app.signalHandoff(app.pid());
		app.awaitOutput(" serves; draining");
		await().until(() -> load.answersByPid().size() == 2);
		load.phase("kill");
		load.answersByPid().keySet().stream().filter((pid) -> pid != app.pid()).forEach(app::kill);
		JsonNode handoff = app.awaitHistory(1);
		load.phase("after");
		assertThat(1 - shareOf(app.pid(), load)).isZero();
		LoadReport report = load.stop();
		System.out.printf("RAMP %s killed %s phases=%s%n", this.platform, report, report.phases());
		assertThat(handoff.path("code").asString()).isEqualTo("successor-exited");
		assertThat(report.failures()).doesNotContainKey("Connection refused");
		assertThat(report.phases().get("all").ok()).isEqualTo(report.phases().get("all").sent());
		assertThat(report.phases().get("after").ok()).isEqualTo(report.phases().get("after").sent());
	}

	private App start(Duration ramp) {
		return this.sandbox.app(this.platform)
			.property("hotswap.cutover.ramp", ramp.toMillis() + "ms")
			.start()
			.awaitServing();
	}

	/** Of the answers to the requests of about a second. */
	private static double shareOf(long pid, Load load) {
		Map<Long, Long> before = load.answersByPid();
		long due = load.sent() + RATE;
		await().pollInterval(Duration.ofMillis(5)).until(() -> load.sent() >= due);
		Map<Long, Long> now = load.answersByPid();
		double answers = sum(now) - sum(before);
		return (now.getOrDefault(pid, 0L) - before.getOrDefault(pid, 0L)) / answers;
	}

	private static long sum(Map<Long, Long> counts) {
		return counts.values().stream().mapToLong(Long::longValue).sum();
	}

}
