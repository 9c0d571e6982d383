package dev.hotswap.it;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.LoadReport;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Handoffs under 400 requests a second, of which the clients notice nothing.
 */
@OnPlatforms(OnPlatforms.Choice.ONE)
class HandoffUnderLoadTests {

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	HandoffUnderLoadTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void tenHandoffsInARowBySignalWithKeptConnections() throws Exception {
		tenHandoffsInARow("kept", (load) -> load.keptConnections(16));
	}

	@Test
	void tenHandoffsInARowBySignalWithConnectionPerRequest() throws Exception {
		tenHandoffsInARow("per-request", Load.Builder::connectionPerRequest);
	}

	@Test
	void handoffOnVirtualThreads() throws Exception {
		App app = this.sandbox.app(this.platform)
			.property("spring.threads.virtual.enabled", true)
			.start()
			.awaitServing();
		Load load = Load.on(app.port(), "/hello").start();
		App.HandedOver handedOver = app.handOver();
		LoadReport report = load.stop();
		System.out.printf("HANDOFFS %s mode=kept threads=virtual handoffs=1 %s%n", this.platform, report);
		assertThatNobodyNoticed(report);
		assertThat(handedOver.exitStatus()).hasValue(0);
	}

	private void tenHandoffsInARow(String mode, UnaryOperator<Load.Builder> connections) throws Exception {
		App app = this.sandbox.app(this.platform).start().awaitServing();
		Load load = connections.apply(Load.on(app.port(), "/hello")).start();
		Map<Integer, String> commandLines = new HashMap<>();
		for (int generation = 2; generation <= 11; generation++) {
			App.HandedOver handedOver = app.handOver();
			assertThat(handedOver.exitStatus()).as("exit of generation %d", generation - 1).hasValue(0);
			JsonNode status = app.status();
			assertThat(status.path("generation").asInt()).isEqualTo(generation);
			assertThat(status.path("role").asString()).isEqualTo("ACTIVE");
			assertThat(status.path("pid").asLong()).isEqualTo(handedOver.successor());
			commandLines.put(generation, Files.readString(Path.of("/proc/" + handedOver.successor() + "/cmdline")));
		}
		LoadReport report = load.stop();
		System.out.printf("HANDOFFS %s mode=%s trigger=signal handoffs=10 %s%n", this.platform, mode, report);
		assertThatNobodyNoticed(report);
		assertThat(report.byPid()).hasSize(11);
		assertThat(commandLines.get(11)).isEqualTo(commandLines.get(2));
	}

}
