package dev.hotswap.it;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.LoadReport;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.OnPlatforms.Choice;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Without {@code --add-opens} anywhere the listeners still go over, in a handoff by
 * signal.
 */
@OnPlatforms(Choice.TWO)
class WithoutAddOpensTests {

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	WithoutAddOpensTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void handsOverBySignal() throws Exception {
		App app = this.sandbox.app(this.platform).withoutAddOpens().start().awaitServing();
		Load load = Load.on(app.port(), "/hello").start();
		App.HandedOver first = app.handOver();
		App.HandedOver second = app.handOver();
		LoadReport report = load.stop();
		System.out.printf("HANDOFFS %s mode=without-add-opens trigger=signal handoffs=2 %s%n", this.platform, report);
		assertThatNobodyNoticed(report);
		assertThat(first.exitStatus()).hasValue(0);
		assertThat(second.exitStatus()).hasValue(0);
	}

	@Test
	void takeoverByAProcessThatLacksItSaysWhatToAdd() throws Exception {
		App app = this.sandbox.app(this.platform).start().awaitServing();
		App other = this.sandbox.app(this.platform).port(app.port()).withoutAddOpens().takeover().start();
		assertThat(other.awaitExit()).isEqualTo(14);
		assertThat(other.output()).contains("--add-opens").contains("java.base/sun.nio.ch");
		assertThat(app.servingPid()).isEqualTo(app.pid());
	}

}
