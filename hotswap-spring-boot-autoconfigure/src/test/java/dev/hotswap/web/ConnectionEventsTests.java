package dev.hotswap.web;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import dev.hotswap.ConnectionEvent;
import dev.hotswap.ConnectionListener;
import dev.hotswap.ConnectionState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link ConnectionEvents}.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class ConnectionEventsTests {

	private final List<Long> received = new CopyOnWriteArrayList<>();

	@Test
	void eachListenerIsToldInOrder() {
		List<Long> other = new CopyOnWriteArrayList<>();
		List<Long> expected = LongStream.range(0, 100).boxed().toList();
		try (ConnectionEvents events = new ConnectionEvents(List.of(this::receive, (event) -> other.add(event.id())))) {
			expected.forEach((id) -> events.publish(event(id)));
			await().until(() -> this.received.size() == 100 && other.size() == 100);
		}
		assertThat(this.received).isEqualTo(expected);
		assertThat(other).isEqualTo(expected);
	}

	@Test
	void listenerThatThrowsIsLoggedOnceAndCalledAgain(CapturedOutput output) {
		ConnectionListener failing = (event) -> {
			receive(event);
			throw new IllegalStateException("failed " + event.id());
		};
		try (ConnectionEvents events = new ConnectionEvents(List.of(failing))) {
			events.publish(event(1));
			events.publish(event(2));
			await().until(() -> this.received.equals(List.of(1L, 2L)));
		}
		assertThat(output).containsOnlyOnce("A connection listener failed").contains("failed 1");
		assertThat(output).doesNotContain("failed 2");
	}

	@Test
	void listenerThatBlocksLosesEventsAndHoldsNobodyUp(CapturedOutput output) throws Exception {
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch proceed = new CountDownLatch(1);
		ConnectionListener blocking = (event) -> {
			entered.countDown();
			awaitQuietly(proceed);
			receive(event);
		};
		List<Long> other = new CopyOnWriteArrayList<>();
		try (ConnectionEvents events = new ConnectionEvents(List.of(blocking, (event) -> other.add(event.id())), 2)) {
			events.publish(event(0));
			assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
			for (long id = 1; id <= 5; id++) {
				long published = id;
				events.publish(event(id));
				await().until(() -> other.contains(published));
			}
			assertThat(events.dropped()).isEqualTo(3);
			proceed.countDown();
			await().until(() -> this.received.equals(List.of(0L, 1L, 2L)));
			events.publish(event(6));
			await().until(() -> this.received.size() == 4);
		}
		assertThat(output).containsOnlyOnce("Connection events are dropped").contains(blocking.getClass().getName());
	}

	@Test
	void closeEndsTheThreadEvenIfAListenerWaits() {
		CountDownLatch never = new CountDownLatch(1);
		ConnectionEvents events = new ConnectionEvents(List.of((event) -> awaitQuietly(never)));
		events.publish(event(1));
		events.publish(event(2));
		events.close();
		await().until(() -> Thread.getAllStackTraces()
			.keySet()
			.stream()
			.noneMatch((thread) -> thread.getName().equals("hotswap-connection-events")));
	}

	private void receive(ConnectionEvent event) {
		this.received.add(event.id());
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await(20, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static ConnectionEvent event(long id) {
		return new ConnectionEvent("server", id, null, ConnectionState.NEW);
	}

}
