package dev.hotswap.it;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.LoadReport;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.OnPlatforms.Choice;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Ports;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Four instances share a port, with a new connection for each request; each has an accept
 * queue of its own. One of them hands over, another one stops, and no connect that waits
 * in either's queue is lost.
 */
@OnPlatforms(Choice.ONE)
class ReusePortTests {

	private static final int INSTANCES = 4;

	private static final int TERMINATED = 128 + 15;

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	ReusePortTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void oneHandsOverTwiceAndAnotherStops() throws Exception {
		handOverAndStop(2, 500);
	}

	/**
	 * What two cores that others use as well cannot carry beside four instances is
	 * answered late, which is no failure.
	 */
	@Test
	@Tag("full")
	void oneHandsOverTenTimesAndAnotherStops() throws Exception {
		handOverAndStop(10, Integer.getInteger("hotswap.test.rate", 2000));
	}

	/**
	 * Hand over and stop under load.
	 * @param rate requests a second, each on a connection of its own
	 */
	private void handOverAndStop(int handoffs, int rate) throws Exception {
		List<App> instances = start();
		App changing = instances.get(0);
		App stopping = instances.get(1);
		Set<Long> pids = new HashSet<>(instances.stream().map(App::pid).toList());
		Load load = Load.on(changing.port(), "/hello").rate(rate).connectionPerRequest().start();
		awaitRequests(load, 2 * rate);
		load.phase("steady");
		awaitRequests(load, 2 * rate);
		load.phase("handoffs");
		long active = changing.pid();
		for (int generation = 2; generation <= handoffs + 1; generation++) {
			changing.signalHandoff(active);
			assertThat(changing.awaitExit(active)).as("exit of generation %d", generation - 1).hasValue(0);
			active = changing.status().path("pid").asLong();
			assertThat(changing.status().path("generation").asInt()).isEqualTo(generation);
			pids.add(active);
		}
		load.phase("stop");
		stopping.terminate();
		int status = stopping.awaitExit();
		awaitRequests(load, 2 * rate);
		LoadReport report = load.stop();
		System.out.printf("REUSEPORT %s rate=%d handoffs=%d %s phases=%s%n", this.platform, rate, handoffs, report,
				report.phases());
		assertThatNobodyNoticed(report);
		assertThat(report.byPid()).containsOnlyKeys(pids);
		assertThat(status).isEqualTo(TERMINATED);
		for (App other : instances.subList(2, INSTANCES)) {
			other.terminate();
			assertThat(other.awaitExit()).isEqualTo(TERMINATED);
		}
	}

	private List<App> start() {
		int port = Ports.free();
		List<App> instances = new ArrayList<>(Stream.iterate(1, (number) -> number + 1)
			.limit(INSTANCES)
			.map((number) -> this.sandbox.app(this.platform)
				.port(port)
				.managementPort(Ports.free())
				.property("hotswap.reuse-port", true)
				.property("hotswap.instance", number)
				.start())
			.toList());
		instances.forEach(App::awaitServing);
		return instances;
	}

	private static void awaitRequests(Load load, long count) {
		long before = load.sent();
		await().until(() -> load.sent() >= before + count);
	}

}
