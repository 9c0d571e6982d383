package dev.hotswap.warmup;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

import dev.hotswap.web.HandoffConnectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RequestWarmUp}, where the system gives it few threads.
 */
@Timeout(60)
class RequestWarmUpTests {

	@Test
	void goesOnWithTheWorkersThatCouldBeStarted() {
		assertThat(run(new Scarce(1)).failures()).singleElement()
			.hasToString("the request GET /hello failed (there is no connector 'server')");
	}

	@Test
	void failsAndEndsWhereNoWorkerCouldBeStarted() {
		RequestWarmUp.Result result = run(new Scarce(0));
		assertThat(result.requests()).isZero();
		assertThat(result.failures()).hasSize(1);
	}

	private static RequestWarmUp.Result run(ThreadFactory threads) {
		return new RequestWarmUp(new HandoffConnectors(false), List.of(WarmUpRequest.parse("/hello")), "mark",
				Duration.ofSeconds(20), 3, 1, threads)
			.run(() -> {
			}, () -> {
			});
	}

	/**
	 * Makes threads of which only the last ones of each three can be started.
	 */
	static final class Scarce implements ThreadFactory {

		private final AtomicInteger made = new AtomicInteger();

		private final int startable;

		Scarce(int startable) {
			this.startable = startable;
		}

		@Override
		public Thread newThread(Runnable task) {
			return (this.made.getAndIncrement() % 3 >= 3 - this.startable) ? new Thread(task) : new Thread(task) {

				@Override
				public void start() {
					throw new OutOfMemoryError("unable to create native thread");
				}

			};
		}

	}

}
