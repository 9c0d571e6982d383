package dev.hotswap.it;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.LoadReport;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.PipelinedLoad;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Kept connections move from generation to generation; their clients never connect again.
 */
@OnPlatforms
class KeptConnectionsTests {

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	KeptConnectionsTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void hundredConnectionsSurviveFiveHandoffs() throws Exception {
		App app = this.sandbox.app(this.platform)
			.property("server.tomcat.max-keep-alive-requests", "-1")
			.start()
			.awaitServing();
		Load load = Load.on(app.port(), "/hello").rate(1000).keptConnections(100).start();
		for (int generation = 2; generation <= 6; generation++) {
			assertThat(app.handOver().exitStatus()).hasValue(0);
			JsonNode connections = app.awaitHistory(generation - 1).path("connections");
			assertThat(connections.path("cut").asInt()).isZero();
		}
		LoadReport report = load.stop();
		System.out.printf("HANDOFFS %s mode=kept transfer=true handoffs=5 %s%n", this.platform, report);
		assertThatNobodyNoticed(report);
		assertThat(report.connects()).isEqualTo(100);
		assertThat(report.announcedCloses()).isZero();
		assertThat(report.byPid()).hasSize(6);
	}

	@Test
	@Tag("full")
	void hundredConnectionsWithTwoRequestsAWriteSurviveFiveHandoffs() throws Exception {
		App app = this.sandbox.app(this.platform)
			.property("server.tomcat.max-keep-alive-requests", "-1")
			.start()
			.awaitServing();
		try (PipelinedLoad load = PipelinedLoad.on(app.port(), 100)) {
			for (int generation = 2; generation <= 6; generation++) {
				assertThat(app.handOver().exitStatus()).hasValue(0);
			}
			PipelinedLoad.Report report = load.stop();
			System.out.printf(
					"HANDOFFS %s mode=pipelined handoffs=5 answered=%d non200=%d failed=%d connects=%d processes=%d%n",
					this.platform, report.answered(), report.not200(), report.failures().size(), report.connects(),
					report.pids().size());
			assertThat(report.failures()).isEmpty();
			assertThat(report.not200()).isZero();
			assertThat(report.pids()).hasSize(6);
		}
	}

}
