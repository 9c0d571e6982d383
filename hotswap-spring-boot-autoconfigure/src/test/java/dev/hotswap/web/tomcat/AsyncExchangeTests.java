package dev.hotswap.web.tomcat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.coyote.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link AsyncExchange}.
 */
@Timeout(60)
class AsyncExchangeTests {

	private final AtomicInteger completions = new AtomicInteger();

	private final Response response = new Response();

	private final AsyncExchange exchange = new AsyncExchange(this.completions::incrementAndGet, this.response);

	AsyncExchangeTests() {
		this.response.setContentType("text/event-stream;charset=UTF-8");
	}

	@Test
	void eventStreamIsCompletedOnce() {
		assertThat(this.exchange.isOpenEventStream()).isTrue();
		assertThat(this.exchange.end()).isTrue();
		assertThat(this.exchange.isOpenEventStream()).isFalse();
		assertThat(this.exchange.end()).isFalse();
		assertThat(this.completions).hasValue(1);
	}

	@Test
	void otherResponsesAreLeftAlone() {
		this.response.setContentType("application/octet-stream");
		assertThat(this.exchange.isOpenEventStream()).isFalse();
		assertThat(this.exchange.end()).isFalse();
		this.response.recycle();
		assertThat(this.exchange.end()).isFalse();
		assertThat(this.completions).hasValue(0);
	}

	@Test
	void streamThatIsBeingDispatchedIsLeftForLater() {
		this.exchange.setDispatching(true);
		assertThat(this.exchange.end()).isFalse();
		assertThat(this.exchange.isOpenEventStream()).isTrue();
		this.exchange.setDispatching(false);
		assertThat(this.exchange.end()).isTrue();
	}

	@Test
	void requestThatIsOverIsNeverCompleted() {
		this.exchange.setDispatching(true);
		this.exchange.close();
		assertThat(this.exchange.isOpenEventStream()).isFalse();
		assertThat(this.exchange.end()).isFalse();
		assertThat(this.completions).hasValue(0);
	}

	@Test
	void streamThatTheApplicationHasCompletedIsNotAnError() {
		AsyncExchange exchange = new AsyncExchange(() -> {
			throw new IllegalStateException("completed");
		}, this.response);
		assertThat(exchange.end()).isFalse();
		assertThat(exchange.isOpenEventStream()).isFalse();
	}

	@Test
	void dispatchWaitsUntilTheCompletionIsDone() throws Exception {
		CountDownLatch completing = new CountDownLatch(1);
		CountDownLatch proceed = new CountDownLatch(1);
		AsyncExchange exchange = new AsyncExchange(() -> {
			completing.countDown();
			await().until(() -> proceed.await(20, TimeUnit.SECONDS));
		}, this.response);
		Thread ender = new Thread(exchange::end);
		Thread dispatcher = new Thread(() -> exchange.setDispatching(true));
		ender.start();
		assertThat(completing.await(20, TimeUnit.SECONDS)).isTrue();
		dispatcher.start();
		await().until(() -> dispatcher.getState() == Thread.State.WAITING);
		proceed.countDown();
		dispatcher.join();
		ender.join();
	}

}
