package dev.hotswap.it;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Jdk;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.LoadReport;
import dev.hotswap.it.harness.OnEveryJdk;
import dev.hotswap.it.harness.PipelinedLoad;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Kept connections move from generation to generation; their clients never connect again.
 */
@OnEveryJdk
class KeptConnectionsTests {

	private final Jdk jdk;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	KeptConnectionsTests(Jdk jdk) {
		this.jdk = jdk;
	}

	@Test
	void hundredConnectionsSurviveFiveHandoffs() throws Exception {
		App app = this.sandbox.app(this.jdk)
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
		System.out.printf("HANDOFFS jdk=%d mode=kept transfer=true handoffs=5 %s%n", this.jdk.feature(), report);
		assertThatNobodyNoticed(report);
		assertThat(report.connects()).isEqualTo(100);
		assertThat(report.announcedCloses()).isZero();
		assertThat(report.byPid()).hasSize(6);
	}

	@Test
	void hundredConnectionsWithTwoRequestsAWriteSurviveFiveHandoffs() throws Exception {
		App app = this.sandbox.app(this.jdk)
			.property("server.tomcat.max-keep-alive-requests", "-1")
			.start()
			.awaitServing();
		try (PipelinedLoad load = PipelinedLoad.on(app.port(), 100)) {
			for (int generation = 2; generation <= 6; generation++) {
				assertThat(app.handOver().exitStatus()).hasValue(0);
			}
			PipelinedLoad.Report report = load.stop();
			System.out.printf(
					"HANDOFFS jdk=%d mode=pipelined handoffs=5 answered=%d non200=%d failed=%d connects=%d processes=%d%n",
					this.jdk.feature(), report.answered(), report.not200(), report.failures().size(), report.connects(),
					report.pids().size());
			assertThat(report.failures()).isEmpty();
			assertThat(report.not200()).isZero();
			assertThat(report.pids()).hasSize(6);
		}
	}

}
