package dev.hotswap.web.tomcat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.hotswap.web.TestClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.GracefulShutdownResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link TomcatHandoffConnector#closeListener} and what goes on after it.
 */
@Timeout(120)
class CloseListenerTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	@Test
	void connectsInTheQueueAreServedAndFurtherOnesRefused() throws Exception {
		try (TestServer server = TestServer.start(false)) {
			assertQueueIsServed(server, 20);
		}
	}

	@Test
	void connectionLimitDoesNotKeepTheQueueFromBeingEmptied() throws Exception {
		try (TestServer server = TestServer.start(true, (factory) -> factory
			.addConnectorCustomizers((connector) -> connector.setProperty("maxConnections", "2")))) {
			List<TestClient> kept = List.of(server.connect(), server.connect());
			for (TestClient client : kept) {
				assertThat(client.get("/hello").body()).isEqualTo("hello");
			}
			assertQueueIsServed(server, 10);
			for (TestClient client : kept) {
				assertThat(client.get("/hello").body()).isEqualTo("hello");
				client.close();
			}
		}
	}

	private static void assertQueueIsServed(TestServer server, int count) throws IOException {
		InetSocketAddress address = server.address();
		List<TestClient> clients = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			TestClient client = new TestClient(address);
			client.request("/hello");
			clients.add(client);
		}
		server.handoff().closeListener(TIMEOUT);
		assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> new TestClient(address));
		for (TestClient client : clients) {
			assertThat(client.read().body()).isEqualTo("hello");
			client.close();
		}
	}

	/**
	 * Each client is either served or refused; one that came into the queue and was reset
	 * with it would fail otherwise than by a refused connect.
	 */
	@Test
	void underAFloodOfConnectsNobodyIsReset() throws Exception {
		for (int round = 0; round < 20; round++) {
			try (TestServer server = TestServer.start(true)) {
				InetSocketAddress address = server.address();
				AtomicInteger served = new AtomicInteger();
				List<CompletableFuture<Void>> clients = new ArrayList<>();
				for (int i = 0; i < 4; i++) {
					clients.add(CompletableFuture.runAsync(() -> untilRefused(address, served),
							(task) -> new Thread(task).start()));
				}
				await().pollInterval(Duration.ofMillis(1)).until(() -> served.get() > 20);
				server.handoff().closeListener(TIMEOUT);
				for (CompletableFuture<Void> client : clients) {
					client.get(20, TimeUnit.SECONDS);
				}
			}
		}
	}

	private static void untilRefused(InetSocketAddress address, AtomicInteger served) {
		while (true) {
			TestClient client;
			try {
				client = new TestClient(address);
			}
			catch (ConnectException ex) {
				return;
			}
			catch (IOException ex) {
				throw new IllegalStateException("not refused", ex);
			}
			try (client) {
				assertThat(client.get("/hello").body()).isEqualTo("hello");
				served.incrementAndGet();
			}
			catch (IOException ex) {
				throw new IllegalStateException("connected, but not served", ex);
			}
		}
	}

	@Test
	void connectionsGoOnAndTheAcceptorRests() throws Exception {
		try (TestServer server = TestServer.start(true); TestClient client = server.connect()) {
			assertThat(client.get("/hello").body()).isEqualTo("hello");
			server.handoff().closeListener(TIMEOUT);
			assertThat(client.get("/hello").announcesEnd()).isFalse();
			await().until(() -> server.endpoint().isAcceptorIn(AcceptGate.class, "awaitOpen"));
			server.handoff().openGate();
			server.connectors.openGates();
			assertThat(server.endpoint().isAcceptorIn(AcceptGate.class, "awaitOpen")).isTrue();
			server.handoff().announceEnd();
			assertThat(client.get("/hello").announcesEnd()).isTrue();
			assertThat(client.readToEnd()).isEmpty();
		}
	}

	@Test
	void graceOfTheServersOwnShutdownComesAfterIt() throws Exception {
		CountDownLatch inRequest = new CountDownLatch(1);
		CountDownLatch finish = new CountDownLatch(1);
		try (TestServer server = TestServer.start(true); TestClient client = server.connect()) {
			server.handle("/long", (request, response) -> {
				inRequest.countDown();
				assertThat(finish.await(20, TimeUnit.SECONDS)).isTrue();
				response.getWriter().print("done");
			});
			client.request("/long");
			assertThat(inRequest.await(20, TimeUnit.SECONDS)).isTrue();
			server.handoff().closeListener(TIMEOUT);
			assertThat(server.handoff().census().active()).isEqualTo(1);
			CompletableFuture<GracefulShutdownResult> shutdown = new CompletableFuture<>();
			TomcatWebServer web = server.webServer();
			web.shutDownGracefully(shutdown::complete);
			finish.countDown();
			assertThat(client.read().body()).isEqualTo("done");
			assertThat(shutdown.get(20, TimeUnit.SECONDS)).isEqualTo(GracefulShutdownResult.IDLE);
			TestProtocol.TestEndpoint endpoint = server.endpoint();
			server.stop();
			assertThat(endpoint.acceptorThread()).isNull();
		}
	}

	@Test
	void listenerIsClosedAlsoWhenAcceptingFails() throws Exception {
		try (TestServer server = TestServer.start(false); TestClient waiting = server.connect()) {
			InetSocketAddress address = server.address();
			server.endpoint().acceptFailure = new IOException("Too many open files");
			assertThatIOException().isThrownBy(() -> server.handoff().closeListener(TIMEOUT))
				.withMessage("Too many open files");
			assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> new TestClient(address));
		}
	}

	@Test
	void onlyConnectionsUnusedForLongAreEnded() throws Exception {
		try (TestServer server = TestServer.start(true); TestClient client = server.connect()) {
			assertThat(client.get("/hello").body()).isEqualTo("hello");
			await().until(() -> server.handoff().census().idle() == 1);
			assertThat(server.handoff().endIdle(Duration.ofMinutes(1))).isZero();
			assertThat(client.get("/hello").body()).isEqualTo("hello");
			await().until(() -> server.handoff().endIdle(Duration.ofMillis(20)) == 1);
			assertThat(client.readToEnd()).isEmpty();
		}
	}

}
