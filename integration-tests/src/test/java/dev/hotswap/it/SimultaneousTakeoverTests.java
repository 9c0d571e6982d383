package dev.hotswap.it;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.OnPlatforms.Choice;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two starts that want to take over at the same moment.
 */
@OnPlatforms(Choice.TWO)
class SimultaneousTakeoverTests {

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	SimultaneousTakeoverTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void oneTakesOverAndTheOtherSaysWhyItStopped() throws Exception {
		App app = this.sandbox.app(this.platform).start().awaitServing();
		Load load = Load.on(app.port(), "/hello").start();
		App one = this.sandbox.app(this.platform).port(app.port()).takeover().start();
		App other = this.sandbox.app(this.platform).port(app.port()).takeover().start();
		long successor = app.awaitSuccessorOf(app.pid());
		App winner = (one.pid() == successor) ? one : other;
		App loser = (winner == one) ? other : one;
		assertThat(winner.pid()).isEqualTo(successor);
		assertThat(loser.awaitExit()).isEqualTo(11);
		assertThat(loser.output()).contains("busy");
		assertThat(app.awaitExit()).isZero();
		assertThatNobodyNoticed(load.stop());
		assertThat(this.sandbox.living()).containsExactly(successor);
	}

}
