package dev.hotswap.it;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Jdk;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.OnEveryJdk;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two starts that want to take over at the same moment.
 */
@OnEveryJdk
class SimultaneousTakeoverTests {

	private final Jdk jdk;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	SimultaneousTakeoverTests(Jdk jdk) {
		this.jdk = jdk;
	}

	@Test
	void oneTakesOverAndTheOtherSaysWhyItStopped() throws Exception {
		App app = this.sandbox.app(this.jdk).start().awaitServing();
		Load load = Load.on(app.port(), "/hello").start();
		App one = this.sandbox.app(this.jdk).port(app.port()).takeover().start();
		App other = this.sandbox.app(this.jdk).port(app.port()).takeover().start();
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
