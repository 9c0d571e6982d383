package dev.hotswap.it;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.LoadReport;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.OnPlatforms.Choice;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Ports;
import dev.hotswap.it.harness.Sandbox;
import dev.hotswap.it.harness.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Connectors that the user adds to the main one.
 */
@OnPlatforms(value = Choice.TWO, servers = Server.TOMCAT)
class AdditionalConnectorTests {

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	AdditionalConnectorTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void connectorWithOurProtocolGoesAlong() throws Exception {
		int port = Ports.free();
		App app = this.sandbox.app(this.platform).property("fixture.connector-port", port).start().awaitServing();
		Load load = Load.on(port, "/hello").start();
		App.HandedOver handedOver = app.handOver();
		LoadReport report = load.stop();
		System.out.printf("HANDOFFS %s mode=additional-connector trigger=signal handoffs=1 %s%n", this.platform,
				report);
		assertThatNobodyNoticed(report);
		assertThat(report.byPid()).containsOnlyKeys(handedOver.predecessor(), handedOver.successor());
		assertThat(handedOver.exitStatus()).hasValue(0);
	}

	@Test
	void connectorWithAnotherProtocolIsNamedAndRefusesTheHandoff() throws Exception {
		int port = Ports.free();
		App app = this.sandbox.app(this.platform)
			.property("fixture.connector-port", port)
			.property("fixture.connector-protocol", "org.apache.coyote.http11.Http11NioProtocol")
			.start()
			.awaitServing();
		assertThat(app.output().lines()).filteredOn((line) -> line.contains("WARN"))
			.singleElement()
			.asString()
			.contains(Integer.toString(port))
			.contains("HandoffNioProtocol");
		app.signalHandoff(app.pid());
		JsonNode handoff = app.awaitHistory(1);
		assertThat(handoff.path("code").asString()).isEqualTo("refused");
		assertThat(handoff.path("stage").asString()).isEqualTo("PRECHECK");
		assertThat(handoff.path("message").asString()).contains(Integer.toString(port));
		assertThat(app.servingPid()).isEqualTo(app.pid());
	}

}
