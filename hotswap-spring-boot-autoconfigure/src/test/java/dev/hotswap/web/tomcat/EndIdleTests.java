package dev.hotswap.web.tomcat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.hotswap.web.Census;
import dev.hotswap.web.TestClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for the census and for ending idle connections.
 */
@Timeout(120)
class EndIdleTests {

	private final TestServer server = TestServer.start(true);

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	void censusTellsFreshActiveAndIdle() throws Exception {
		CountDownLatch proceed = new CountDownLatch(1);
		this.server.handle("/wait", (request, response) -> proceed.await(20, TimeUnit.SECONDS));
		try (TestClient fresh = this.server.connect();
				TestClient idle = this.server.connect();
				TestClient active = this.server.connect();
				TestClient halfSent = this.server.connect()) {
			idle.get("/hello");
			active.request("/wait");
			halfSent.send("GET /hel");
			awaitCensus(new Census(1, 2, 1));
			proceed.countDown();
			active.read();
			halfSent.send("lo HTTP/1.1\r\nHost: localhost\r\n\r\n");
			halfSent.read();
			awaitCensus(new Census(1, 0, 3));
			fresh.close();
			awaitCensus(new Census(0, 0, 3));
		}
		awaitCensus(new Census(0, 0, 0));
	}

	@Test
	void idleAndFreshConnectionsEndAndOthersStay() throws Exception {
		CountDownLatch proceed = new CountDownLatch(1);
		this.server.handle("/wait", (request, response) -> proceed.await(20, TimeUnit.SECONDS));
		try (TestClient fresh = this.server.connect();
				TestClient idle = this.server.connect();
				TestClient active = this.server.connect();
				TestClient halfSent = this.server.connect()) {
			idle.get("/hello");
			active.request("/wait");
			halfSent.send("GET /hel");
			awaitCensus(new Census(1, 2, 1));
			assertThat(this.server.handoff().endIdle()).isEqualTo(2);
			assertThat(fresh.readToEnd()).isEmpty();
			assertThat(idle.readToEnd()).isEmpty();
			assertThat(this.server.handoff().endIdle()).isZero();
			proceed.countDown();
			assertThat(active.read().status()).isEqualTo(200);
			halfSent.send("lo HTTP/1.1\r\nHost: localhost\r\n\r\n");
			assertThat(halfSent.read().status()).isEqualTo(200);
			fresh.close();
			idle.close();
			awaitCensus(new Census(0, 0, 2));
		}
	}

	@Test
	void requestAfterTheEndIsNotAnsweredWithAReset() throws Exception {
		try (TestClient client = this.server.connect()) {
			client.get("/hello");
			awaitCensus(new Census(0, 0, 1));
			assertThat(this.server.handoff().endIdle()).isEqualTo(1);
			client.request("/hello");
			client.request("/hello");
			assertThat(client.readToEnd()).isEmpty();
			assertThat(this.server.handoff().census()).isEqualTo(new Census(0, 1, 0));
		}
		awaitCensus(new Census(0, 0, 0));
	}

	@Test
	void clientThatDoesNotEndIsClosedAfterABound() throws Exception {
		try (TestClient client = this.server.connect()) {
			client.get("/hello");
			awaitCensus(new Census(0, 0, 1));
			this.server.handoff().endIdle();
			await().atMost(PoliteEnd.TIMEOUT.plusSeconds(10)).until(() -> this.server.handoff().census().total() == 0);
			assertThat(client.readToEnd()).isEmpty();
		}
	}

	@Test
	void requestThatHasArrivedButIsNotDispatchedIsServed() throws Exception {
		try (TestClient client = this.server.connect()) {
			client.get("/hello");
			awaitCensus(new Census(0, 0, 1));
			HandoffSocketWrapper connection = this.server.endpoint().openConnections().findFirst().orElseThrow();
			connection.getLock().lock();
			try {
				// The dispatched worker waits for the lock, which this thread may enter
				client.request("/hello");
				await().until(() -> connection.getLock().hasQueuedThreads());
				assertThat(this.server.handoff().endIdle()).isZero();
			}
			finally {
				connection.getLock().unlock();
			}
			assertThat(client.read().status()).isEqualTo(200);
		}
	}

	private void awaitCensus(Census census) {
		await().untilAsserted(() -> assertThat(this.server.handoff().census()).isEqualTo(census));
	}

}
