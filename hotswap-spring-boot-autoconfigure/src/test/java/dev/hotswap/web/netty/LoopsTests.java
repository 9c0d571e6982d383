package dev.hotswap.web.netty;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * Tests for {@link Loops}.
 */
class LoopsTests {

	private final EventLoop loop = new DefaultEventLoop();

	private final AtomicInteger abandoned = new AtomicInteger();

	private final AtomicInteger cancelled = new AtomicInteger();

	@AfterEach
	void stop() {
		this.loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
	}

	@Test
	void stepThatHasBegunWhenTimeIsUpIsWaitedFor() throws Exception {
		CountDownLatch never = new CountDownLatch(1);
		assertThat(call(Duration.ofSeconds(1), () -> never.await(1500, TimeUnit.MILLISECONDS))).isFalse();
		assertThat(this.abandoned).hasValue(0);
		assertThat(this.cancelled).hasValue(0);
	}

	@Test
	void stepThatHasNotBegunWhenTimeIsUpIsNotTaken() {
		CountDownLatch over = new CountDownLatch(1);
		this.loop.execute(() -> awaitOver(over));
		AtomicInteger taken = new AtomicInteger();
		assertThatIOException().isThrownBy(() -> call(Duration.ofMillis(10), () -> taken.incrementAndGet() > 0))
			.withMessageContaining("did not turn");
		over.countDown();
		this.loop.submit(() -> {
		}).awaitUninterruptibly(10, TimeUnit.SECONDS);
		assertThat(taken).hasValue(0);
		assertThat(this.cancelled).hasValue(1);
	}

	@Test
	void endedLoopIsAnIoException() {
		stop();
		assertThatIOException().isThrownBy(() -> call(Duration.ofSeconds(1), () -> true))
			.withMessageContaining("has ended");
		assertThat(this.cancelled).hasValue(1);
	}

	private boolean call(Duration timeout, Callable<Boolean> step) throws IOException {
		return Loops.call(this.loop, timeout, step, (late) -> this.abandoned.incrementAndGet(),
				this.cancelled::incrementAndGet);
	}

	private static void awaitOver(CountDownLatch over) {
		try {
			assertThat(over.await(10, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
