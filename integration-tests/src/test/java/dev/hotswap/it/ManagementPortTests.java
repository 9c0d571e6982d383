package dev.hotswap.it;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.LoadReport;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Ports;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A management port of its own goes along.
 */
@OnPlatforms
class ManagementPortTests {

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	ManagementPortTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void readinessOnTheManagementPortIsUpAtEveryMoment() throws Exception {
		App app = this.sandbox.app(this.platform).managementPort(Ports.free()).start().awaitServing();
		Load load = Load.on(app.port(), "/hello").start();
		Load kept = readiness(app).keptConnections(2).start();
		Load perRequest = readiness(app).connectionPerRequest().start();
		App.HandedOver handedOver = app.handOver();
		LoadReport report = load.stop();
		print("main", report);
		LoadReport keptReport = kept.stop();
		print("readiness-kept", keptReport);
		LoadReport perRequestReport = perRequest.stop();
		print("readiness-per-request", perRequestReport);
		assertThatNobodyNoticed(report);
		assertThatNobodyNoticed(keptReport);
		assertThatNobodyNoticed(perRequestReport);
		assertThat(handedOver.exitStatus()).hasValue(0);
		assertThat(app.status().path("listeners").findValuesAsString("name")).containsExactlyInAnyOrder("server",
				"management");
	}

	private static Load.Builder readiness(App app) {
		return Load.on(app.managementPort(), "/actuator/health/readiness").rate(50);
	}

	private void print(String mode, LoadReport report) {
		System.out.printf("HANDOFFS %s mode=%s trigger=signal handoffs=1 %s%n", this.platform, mode, report);
	}

}
