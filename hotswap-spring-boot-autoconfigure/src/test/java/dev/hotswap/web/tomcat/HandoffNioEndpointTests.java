package dev.hotswap.web.tomcat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import dev.hotswap.web.TestClient;
import dev.hotswap.web.tomcat.TestProtocol.TestEndpoint;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.net.Acceptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.tomcat.TomcatWebServerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link HandoffNioEndpoint}.
 */
@Timeout(120)
class HandoffNioEndpointTests {

	private static final Duration LIMIT = Duration.ofSeconds(5);

	@Test
	void connectionsWaitInTheAcceptQueueUntilTheGateOpens() throws Exception {
		try (TestServer server = TestServer.start(false); TestClient client = server.connect()) {
			client.request("/hello");
			await().until(() -> server.endpoint().isAcceptorIn(AcceptGate.class, "awaitOpen"));
			assertThat(server.endpoint().attempts).hasValue(0);
			server.connectors.openGates();
			assertThat(client.read().body()).isEqualTo("hello");
		}
	}

	@Test
	void nothingIsAcceptedOrLostWhenAcceptingStopsUnderAFlood() throws Exception {
		try (TestServer server = TestServer.start(true); Flood flood = new Flood(server, 6)) {
			for (int round = 0; round < 20; round++) {
				int before = flood.answered.get();
				await().until(() -> flood.answered.get() > before + 20);
				server.handoff().stopAccepting(LIMIT);
				int accepted = server.endpoint().accepted.get();
				// Each of the flood's threads ends up with a connection that waits
				await().pollInterval(Duration.ofMillis(1)).until(() -> flood.answered.get() == accepted);
				try (TestClient late = server.connect()) {
					late.request("/hello");
					assertThat(server.endpoint().accepted).hasValue(accepted);
					server.handoff().openGate();
					assertThat(late.read().status()).isEqualTo(200);
				}
				flood.answered.incrementAndGet();
			}
			flood.stop();
			assertThat(flood.failures).isEmpty();
			assertThat(flood.answered).hasValue(server.endpoint().accepted.get());
		}
	}

	@Test
	void stopAcceptingWaitsForAnAcceptedConnectionToBeServed() throws Exception {
		try (TestServer server = TestServer.start(true)) {
			CountDownLatch accepted = new CountDownLatch(1);
			CountDownLatch proceed = new CountDownLatch(1);
			server.endpoint().beforeServing = () -> {
				accepted.countDown();
				awaitLatch(proceed);
			};
			try (TestClient client = server.connect()) {
				client.request("/hello");
				awaitLatch(accepted);
				assertThatIOException().isThrownBy(() -> server.handoff().stopAccepting(Duration.ofMillis(50)))
					.withMessageContaining("'server' did not stop accepting within 50 ms");
				CompletableFuture<Void> stopped = CompletableFuture.runAsync(() -> stopAccepting(server));
				assertThat(stopped).isNotDone();
				proceed.countDown();
				assertThat(stopped).succeedsWithin(LIMIT);
				assertThat(client.read().status()).isEqualTo(200);
			}
		}
	}

	@Test
	void stopAcceptingWhileTheAcceptorWaitsForTheConnectionLimit() throws Exception {
		try (TestServer server = TestServer.start(true, (factory) -> setMaxConnections(factory, 1));
				TestClient first = server.connect()) {
			assertThat(first.get("/hello").status()).isEqualTo(200);
			try (TestClient second = server.connect()) {
				second.request("/hello");
				await().until(() -> server.endpoint().isAcceptorIn(ConnectionLimit.class, "awaitRoom"));
				server.handoff().stopAccepting(LIMIT);
				first.close();
				await().until(() -> server.endpoint().isAcceptorIn(AcceptGate.class, "awaitOpen"));
				assertThat(server.endpoint().accepted).hasValue(1);
				server.handoff().openGate();
				assertThat(second.read().status()).isEqualTo(200);
			}
		}
	}

	@Test
	void limitChangesWhileTheAcceptorWaits() throws Exception {
		try (TestServer server = TestServer.start(true, (factory) -> setMaxConnections(factory, 1));
				TestClient first = server.connect();
				TestClient second = server.connect();
				TestClient third = server.connect()) {
			TestEndpoint endpoint = server.endpoint();
			assertThat(first.get("/hello").status()).isEqualTo(200);
			second.request("/hello");
			third.request("/hello");
			await().until(() -> endpoint.isAcceptorIn(ConnectionLimit.class, "awaitRoom"));
			assertThat(endpoint.getConnectionCount()).isEqualTo(1);
			endpoint.setMaxConnections(2);
			assertThat(second.read().status()).isEqualTo(200);
			await().until(() -> endpoint.isAcceptorIn(ConnectionLimit.class, "awaitRoom"));
			assertThat(endpoint.getConnectionCount()).isEqualTo(2);
			endpoint.setMaxConnections(-1);
			assertThat(third.read().status()).isEqualTo(200);
			assertThat(endpoint.getConnectionCount()).isEqualTo(-1);
			// Counted all the while
			endpoint.setMaxConnections(3);
			assertThat(endpoint.getConnectionCount()).isEqualTo(3);
			try (TestClient fourth = server.connect()) {
				fourth.request("/hello");
				await().until(() -> endpoint.isAcceptorIn(ConnectionLimit.class, "awaitRoom"));
				third.close();
				assertThat(fourth.read().status()).isEqualTo(200);
			}
		}
	}

	@Test
	void limitHoldsAfterAPause() throws Exception {
		try (TestServer server = TestServer.start(true, (factory) -> setMaxConnections(factory, 1));
				TestClient first = server.connect()) {
			TestEndpoint endpoint = server.endpoint();
			assertThat(first.get("/hello").status()).isEqualTo(200);
			await().until(() -> endpoint.isAcceptorIn(ConnectionLimit.class, "awaitRoom"));
			server.connector().pause();
			await().until(() -> !endpoint.isAcceptorIn(ConnectionLimit.class, "awaitRoom"));
			server.connector().resume();
			await().until(() -> endpoint.isAcceptorIn(ConnectionLimit.class, "awaitRoom"));
			assertThat(endpoint.getConnectionCount()).isEqualTo(1);
		}
	}

	@Test
	void stopAcceptingWhileTheAcceptorBacksOffAfterAnError() throws Exception {
		try (TestServer server = TestServer.start(true); TestClient client = connectToFailing(server)) {
			await().until(() -> server.endpoint().isAcceptorIn(Acceptor.class, "handleExceptionWithDelay"));
			server.handoff().stopAccepting(Duration.ofMillis(20));
			int attempts = server.endpoint().attempts.get();
			await().until(() -> server.endpoint().isAcceptorIn(AcceptGate.class, "awaitOpen"));
			assertThat(server.endpoint().attempts).hasValue(attempts);
			server.endpoint().acceptFailure = null;
			server.handoff().openGate();
			assertThat(client.read().status()).isEqualTo(200);
		}
	}

	private static TestClient connectToFailing(TestServer server) throws IOException {
		server.endpoint().acceptFailure = new IOException("Too many open files");
		TestClient client = server.connect();
		client.request("/hello");
		return client;
	}

	@Test
	void stopAcceptingAndResumeWhileTomcatPausesTheConnector() throws Exception {
		try (TomcatLog log = new TomcatLog(); TestServer server = TestServer.start(true)) {
			server.connector().pause();
			server.handoff().stopAccepting(LIMIT);
			server.connector().resume();
			try (TestClient client = server.connect()) {
				client.request("/hello");
				await().until(() -> server.endpoint().isAcceptorIn(AcceptGate.class, "awaitOpen"));
				assertThat(server.endpoint().accepted).hasValue(0);
				server.handoff().openGate();
				assertThat(client.read().status()).isEqualTo(200);
			}
			assertThat(log.records()).isEmpty();
		}
	}

	@Test
	void resumedBeforeTheAcceptorSawThePauseCountsNoConnection() throws Exception {
		try (TestServer server = TestServer.start(true, (factory) -> setMaxConnections(factory, 5))) {
			TestEndpoint endpoint = server.endpoint();
			await().until(() -> endpoint.isAcceptorIn(AcceptQueue.class, "await"));
			long count = endpoint.getConnectionCount();
			endpoint.countUp();
			assertThat(endpoint.setSocketOptions(null)).isTrue();
			assertThat(endpoint.getConnectionCount()).isEqualTo(count);
			endpoint.countUp();
			endpoint.destroySocket(null);
			assertThat(endpoint.getConnectionCount()).isEqualTo(count);
		}
	}

	@Test
	void gracefulShutdownWithOpenGateLeavesNoAcceptorAndNoError() throws Exception {
		try (TomcatLog log = new TomcatLog(); TestServer server = TestServer.start(true)) {
			TestEndpoint endpoint = server.endpoint();
			await().until(() -> endpoint.isAcceptorIn(AcceptQueue.class, "await"));
			shutDown(server);
			await().until(() -> endpoint.acceptorThread() == null);
			assertThat(server.connectors.all()).isEmpty();
			assertThat(log.records()).isEmpty();
		}
	}

	@Test
	void gracefulShutdownWithClosedGateLeavesNoAcceptorAndNoError() throws Exception {
		try (TomcatLog log = new TomcatLog(); TestServer server = TestServer.start(false)) {
			TestEndpoint endpoint = server.endpoint();
			await().until(() -> endpoint.isAcceptorIn(AcceptGate.class, "awaitOpen"));
			shutDown(server);
			await().until(() -> endpoint.acceptorThread() == null);
			assertThat(log.records()).isEmpty();
		}
	}

	@Test
	void immediateStopUnderAFloodLogsNoError() throws Exception {
		try (TomcatLog log = new TomcatLog(); TestServer server = TestServer.start(true)) {
			TestEndpoint endpoint = server.endpoint();
			try (Flood flood = new Flood(server, 4)) {
				await().until(() -> flood.answered.get() > 50);
				server.stop();
			}
			await().until(() -> endpoint.acceptorThread() == null);
			assertThat(log.records()).isEmpty();
		}
	}

	@Test
	void stoppedAndStartedAgainServesAndRegistersOnce() throws Exception {
		try (TestServer server = TestServer.start(true)) {
			server.connector().stop();
			assertThat(server.connectors.all()).isEmpty();
			server.connector().start();
			assertThat(server.connectors.all()).hasSize(1);
			try (TestClient client = server.connect()) {
				assertThat(client.get("/hello").status()).isEqualTo(200);
			}
		}
	}

	@Test
	void withoutJoiningServesAtOnce() throws Exception {
		Tomcat tomcat = new Tomcat();
		Connector connector = new Connector(HandoffNioProtocol.class.getName());
		connector.setPort(0);
		connector.setProperty("address", "127.0.0.1");
		tomcat.setBaseDir(System.getProperty("java.io.tmpdir"));
		tomcat.getService().addConnector(connector);
		tomcat.addContext("", null);
		tomcat.start();
		try (TestClient client = new TestClient(new InetSocketAddress("127.0.0.1", connector.getLocalPort()))) {
			assertThat(client.get("/").status()).isEqualTo(404);
		}
		finally {
			tomcat.stop();
			tomcat.destroy();
		}
	}

	private static void setMaxConnections(TomcatWebServerFactory factory, int limit) {
		factory
			.addConnectorCustomizers((connector) -> connector.setProperty("maxConnections", Integer.toString(limit)));
	}

	private static void shutDown(TestServer server) throws InterruptedException {
		CountDownLatch done = new CountDownLatch(1);
		server.webServer().shutDownGracefully((result) -> done.countDown());
		awaitLatch(done);
		server.stop();
	}

	private static void stopAccepting(TestServer server) {
		try {
			server.handoff().stopAccepting(LIMIT);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void awaitLatch(CountDownLatch latch) {
		try {
			assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Threads that open a connection per request, without a pause.
	 */
	private static final class Flood implements AutoCloseable {

		final AtomicInteger answered = new AtomicInteger();

		final List<Exception> failures = new ArrayList<>();

		private final AtomicBoolean stop = new AtomicBoolean();

		private final ExecutorService executor;

		private final List<Future<?>> threads = new ArrayList<>();

		Flood(TestServer server, int threads) {
			this.executor = Executors.newFixedThreadPool(threads);
			InetSocketAddress address = server.address();
			for (int i = 0; i < threads; i++) {
				this.threads.add(this.executor.submit(() -> run(address)));
			}
		}

		private void run(InetSocketAddress address) {
			while (!this.stop.get()) {
				try (TestClient client = new TestClient(address)) {
					assertThat(client.get("/hello").body()).isEqualTo("hello");
					this.answered.incrementAndGet();
				}
				catch (Exception ex) {
					synchronized (this.failures) {
						this.failures.add(ex);
					}
					return;
				}
			}
		}

		void stop() throws Exception {
			this.stop.set(true);
			for (Future<?> thread : this.threads) {
				thread.get(20, TimeUnit.SECONDS);
			}
		}

		@Override
		public void close() throws Exception {
			this.stop.set(true);
			this.executor.shutdown();
			assertThat(this.executor.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
		}

	}

}
