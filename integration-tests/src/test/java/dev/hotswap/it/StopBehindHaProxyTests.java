package dev.hotswap.it;

import java.time.Duration;
import java.util.List;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.HaProxy;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.LoadReport;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.OnPlatforms.Choice;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Ports;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * SIGTERM of one of two instances behind HAProxy, which asks their health. What the
 * servers make of a stop themselves is in {@link StopTests}.
 */
@OnPlatforms(Choice.ONE)
class StopBehindHaProxyTests {

	private static final int TERMINATED = 128 + 15;

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	StopBehindHaProxyTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void oneOfTwoInstancesBehindHaProxyStopsAndComesBack() throws Exception {
		Assumptions.assumeTrue(HaProxy.program().isPresent(),
				"HAProxy is not installed; .ci/install-test-tools installs it");
		App first = instance(Ports.free());
		App second = instance(Ports.free());
		try (HaProxy proxy = HaProxy.start(this.sandbox.folder(), List.of(first, second))) {
			Load load = Load.on(proxy.port(), "/hello").start();
			awaitAnswers(load, first);
			awaitAnswers(load, second);
			load.phase("stop");
			first.terminate();
			int status = first.awaitExit();
			load.phase("alone");
			long alone = load.sent();
			await().atMost(TIMEOUT).until(() -> load.sent() > alone + 400);
			load.phase("back");
			App again = instance(first.port());
			awaitAnswers(load, again);
			LoadReport report = load.stop();
			System.out.printf("STOP %s mode=haproxy %s phases=%s%n", this.platform, report, report.phases());
			assertThatNobodyNoticed(report);
			assertThat(report.byPid()).containsOnlyKeys(first.pid(), second.pid(), again.pid());
			assertThat(status).isEqualTo(TERMINATED);
		}
	}

	private App instance(int port) {
		return this.sandbox.app(this.platform)
			.port(port)
			.property("server.tomcat.max-keep-alive-requests", -1)
			.property("hotswap.drain.announce-delay", HaProxy.NOTICES_WITHIN.plusSeconds(1).toMillis() + "ms")
			.start()
			.awaitServing();
	}

	private static void awaitAnswers(Load load, App app) {
		await().atMost(TIMEOUT).until(() -> load.answersByPid().getOrDefault(app.pid(), 0L) > 200);
	}

}
