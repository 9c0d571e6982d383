package dev.hotswap.warmup;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LatencyTrend}.
 */
class LatencyTrendTests {

	private long compiled;

	private long now;

	@Test
	void settlesWhenSeveralWindowsAreNoBetterThanTheBest() {
		LatencyTrend trend = new LatencyTrend(3, 1, () -> this.compiled, () -> this.now);
		window(trend, 1000);
		window(trend, 500);
		window(trend, 460);
		window(trend, 455);
		window(trend, 470);
		assertThat(trend.isSettled()).isFalse();
		window(trend, 900);
		assertThat(trend.isSettled()).isTrue();
		assertThat(trend.first()).isEqualTo(1000);
		assertThat(trend.last()).isEqualTo(900);
		assertThat(trend.count()).isEqualTo(18);
	}

	@Test
	void doesNotSettleWhileItImproves() {
		LatencyTrend trend = new LatencyTrend(3, 1, () -> this.compiled, () -> this.now);
		long latency = 1_000_000;
		for (int i = 0; i < 50; i++) {
			window(trend, latency);
			latency = latency * 85 / 100;
			assertThat(trend.isSettled()).isFalse();
		}
	}

	@Test
	void doesNotSettleBeforeTheMinimum() {
		LatencyTrend trend = new LatencyTrend(3, 100, () -> this.compiled, () -> this.now);
		for (int i = 0; i < 33; i++) {
			window(trend, 10);
		}
		assertThat(trend.isSettled()).isFalse();
		window(trend, 10);
		assertThat(trend.isSettled()).isTrue();
	}

	@Test
	void settlesOnceMoreAfterARestart() {
		LatencyTrend trend = new LatencyTrend(3, 1, () -> this.compiled, () -> this.now);
		while (!trend.isSettled()) {
			window(trend, 10);
		}
		trend.restart();
		assertThat(trend.isSettled()).isFalse();
		for (int i = 0; i < 3; i++) {
			window(trend, 10);
			assertThat(trend.isSettled()).isFalse();
		}
		window(trend, 30);
		assertThat(trend.isSettled()).isTrue();
	}

	@Test
	void oneSlowRequestIsNoMedian() {
		LatencyTrend trend = new LatencyTrend(3, 1, () -> this.compiled, () -> this.now);
		trend.add(10);
		trend.add(1_000_000);
		trend.add(12);
		assertThat(trend.first()).isEqualTo(12);
	}

	@Test
	void doesNotSettleWhileTheCompilersAreBusy() {
		LatencyTrend trend = new LatencyTrend(3, 1, () -> this.compiled, () -> this.now);
		for (int i = 0; i < 40; i++) {
			this.compiled += TimeUnit.MILLISECONDS.toNanos(50);
			window(trend, 10);
			assertThat(trend.isSettled()).isFalse();
		}
		for (int i = 0; i < 2; i++) {
			assertThat(trend.isSettled()).isFalse();
			this.compiled += TimeUnit.MILLISECONDS.toNanos(40);
			window(trend, 10);
		}
		assertThat(trend.isSettled()).isTrue();
	}

	@Test
	void compilersThatBeginAgainDoSoBeforeItSettles() {
		LatencyTrend trend = new LatencyTrend(3, 99, () -> this.compiled, () -> this.now);
		for (int i = 0; i < 32; i++) {
			window(trend, 10);
		}
		this.compiled += TimeUnit.SECONDS.toNanos(1);
		for (int i = 0; i < 3; i++) {
			window(trend, 10);
			assertThat(trend.isSettled()).isFalse();
		}
		window(trend, 10);
		assertThat(trend.isSettled()).isTrue();
	}

	/** Half a second, so that two of them tell whether the compilers rest. */
	private void window(LatencyTrend trend, long latency) {
		this.now += TimeUnit.MILLISECONDS.toNanos(500);
		for (int i = 0; i < 3; i++) {
			trend.add(latency);
		}
	}

}
