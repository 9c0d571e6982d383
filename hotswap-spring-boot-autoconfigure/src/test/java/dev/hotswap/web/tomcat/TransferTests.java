package dev.hotswap.web.tomcat;

import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import dev.hotswap.descriptor.LoopbackPair;
import dev.hotswap.web.Census;
import dev.hotswap.web.ConnectorFigures;
import dev.hotswap.web.IdleConnection;
import dev.hotswap.web.KeptLoad;
import dev.hotswap.web.OpenDescriptors;
import dev.hotswap.web.TestClient;
import jakarta.servlet.AsyncContext;
import org.apache.coyote.http11.Http11NioProtocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for giving connections up and adopting them, between two servers.
 */
@Timeout(120)
class TransferTests {

	private final CountDownLatch proceed = new CountDownLatch(1);

	private final TestServer first = start((protocol) -> {
	}).handle("/who", (request, response) -> response.getWriter().print("first"));

	private final List<TestServer> others = new ArrayList<>();

	@AfterEach
	void stop() {
		this.proceed.countDown();
		this.others.forEach(TestServer::close);
		this.first.close();
	}

	@Test
	void idleConnectionMovesAndItsClientDoesNotNotice() throws Exception {
		TestServer second = second((protocol) -> {
		});
		try (TestClient client = this.first.connect()) {
			assertThat(client.get("/who").body()).isEqualTo("first");
			awaitCensus(this.first, new Census(0, 0, 1));
			move(this.first, second, true);
			assertThat(this.first.handoff().census().total()).isZero();
			assertThat(second.handoff().census()).isEqualTo(new Census(0, 0, 1));
			assertThat(client.get("/who").body()).isEqualTo("second");
			awaitCensus(second, new Census(0, 0, 1));
			move(second, this.first, true);
			assertThat(client.get("/who").body()).isEqualTo("first");
		}
		assertThat(this.first.handoff().figures()).isEqualTo(new ConnectorFigures(1, 1, 0, 0, 0));
		awaitCensus(this.first, new Census(0, 0, 0));
		assertThat(this.first.endpoint().getConnectionCount()).isZero();
		assertThat(second.endpoint().getConnectionCount()).isZero();
	}

	@Test
	void connectionForAWarmUpLeavesApartFromTheOthersAndCountsForNothing() throws Exception {
		TestServer second = second((protocol) -> {
		});
		LoopbackPair pair = LoopbackPair.connect();
		try (Socket client = pair.client()) {
			this.first.handoff().adoptForWarmUp(pair.server());
			awaitCensus(this.first, new Census(1, 0, 0));
			assertThat(this.first.handoff().giveUpIdle(256)).isEmpty();
			List<IdleConnection> own = await().until(() -> this.first.handoff().giveUpForWarmUp(),
					(connections) -> !connections.isEmpty());
			second.handoff().adoptForWarmUp(own.get(0).descriptor());
			client.getOutputStream()
				.write("GET /who HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
			client.setSoTimeout(20_000);
			byte[] status = client.getInputStream().readNBytes(12);
			assertThat(new String(status, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200");
			assertThat(this.first.handoff().figures()).isEqualTo(ConnectorFigures.NONE);
			assertThat(second.handoff().figures()).isEqualTo(ConnectorFigures.NONE);
		}
	}

	@Test
	void freshConnectionMovesAsFresh() throws Exception {
		TestServer second = second((protocol) -> {
		});
		try (TestClient client = this.first.connect()) {
			awaitCensus(this.first, new Census(1, 0, 0));
			move(this.first, second, false);
			assertThat(second.handoff().census()).isEqualTo(new Census(1, 0, 0));
			assertThat(client.get("/who").body()).isEqualTo("second");
		}
	}

	@Test
	void requestThatArrivesInBetweenIsAnsweredByTheAdopter() throws Exception {
		TestServer second = second((protocol) -> {
		});
		try (TestClient client = this.first.connect()) {
			client.get("/who");
			IdleConnection connection = giveUpOne(this.first);
			client.send("GET /who HTTP/1.1\r\nHost: localhost\r\n\r\nGET /who HTTP/1.1\r\nHost: localhost\r\n\r\n");
			second.handoff().adopt(connection.descriptor(), connection.kept());
			assertThat(client.read().body()).isEqualTo("second");
			assertThat(client.read().body()).isEqualTo("second");
		}
	}

	@Test
	void adoptedWhileTheGateIsClosed() throws Exception {
		TestServer second = second((protocol) -> {
		});
		second.handoff().stopAccepting(Duration.ofSeconds(5));
		try (TestClient client = this.first.connect()) {
			client.get("/who");
			move(this.first, second, true);
			assertThat(client.get("/who").body()).isEqualTo("second");
		}
	}

	@Test
	void keptConnectionGetsTheKeepAliveTimeout() throws Exception {
		TestServer second = second((protocol) -> {
			protocol.setConnectionTimeout(60_000);
			protocol.setKeepAliveTimeout(300);
		});
		try (TestClient client = this.first.connect()) {
			client.get("/who");
			move(this.first, second, true);
			assertThat(client.readToEnd()).isEmpty();
		}
	}

	@Test
	void freshConnectionGetsTheConnectionTimeout() throws Exception {
		TestServer second = second((protocol) -> {
			protocol.setConnectionTimeout(300);
			protocol.setKeepAliveTimeout(60_000);
		});
		try (TestClient client = this.first.connect()) {
			awaitCensus(this.first, new Census(1, 0, 0));
			move(this.first, second, false);
			assertThat(client.readToEnd()).isEmpty();
		}
	}

	@Test
	void adoptedConnectionCountsItsKeepAliveRequests() throws Exception {
		TestServer second = second((protocol) -> protocol.setMaxKeepAliveRequests(2));
		try (TestClient client = this.first.connect()) {
			client.get("/who");
			move(this.first, second, true);
			assertThat(client.get("/who").announcesEnd()).isFalse();
			assertThat(client.get("/who").announcesEnd()).isTrue();
			assertThat(client.readToEnd()).isEmpty();
		}
	}

	@Test
	void adoptionExceedsTheLimitAndAcceptingWaits() throws Exception {
		TestServer second = second((protocol) -> protocol.setMaxConnections(1));
		List<TestClient> moved = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			TestClient client = this.first.connect();
			client.get("/who");
			move(this.first, second, true);
			moved.add(client);
		}
		assertThat(second.endpoint().getConnectionCount()).isEqualTo(3);
		try (TestClient late = second.connect()) {
			late.request("/who");
			await().until(() -> second.endpoint().isAcceptorIn(ConnectionLimit.class, "awaitRoom"));
			for (TestClient client : moved) {
				assertThat(second.endpoint().accepted).hasValue(0);
				assertThat(client.get("/who").body()).isEqualTo("second");
				client.close();
			}
			assertThat(late.read().body()).isEqualTo("second");
		}
	}

	@Test
	void activeConnectionsStay() throws Exception {
		CountDownLatch entered = new CountDownLatch(2);
		CompletableFuture<AsyncContext> async = new CompletableFuture<>();
		this.first.handle("/wait", (request, response) -> {
			entered.countDown();
			this.proceed.await(20, TimeUnit.SECONDS);
		});
		this.first.handle("/async", (request, response) -> async.complete(request.startAsync()));
		try (TestClient active = this.first.connect();
				TestClient pipelining = this.first.connect();
				TestClient halfSent = this.first.connect();
				TestClient asynchronous = this.first.connect()) {
			active.request("/wait");
			pipelining
				.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\nGET /who HTTP/1.1\r\nHost: localhost\r\n\r\n");
			halfSent.send("GET /w");
			asynchronous.request("/async");
			entered.await(20, TimeUnit.SECONDS);
			awaitCensus(this.first, new Census(0, 4, 0));
			AsyncContext context = async.get(20, TimeUnit.SECONDS);
			assertThat(this.first.handoff().giveUpIdle(256)).isEmpty();
			this.proceed.countDown();
			halfSent.send("ho HTTP/1.1\r\nHost: localhost\r\n\r\n");
			context.complete();
			assertThat(active.read().status()).isEqualTo(200);
			assertThat(pipelining.read().status()).isEqualTo(200);
			assertThat(pipelining.read().body()).isEqualTo("first");
			assertThat(halfSent.read().body()).isEqualTo("first");
			assertThat(asynchronous.read().status()).isEqualTo(200);
			awaitCensus(this.first, new Census(0, 0, 4));
			assertThat(this.first.handoff().giveUpIdle(256)).hasSize(4).allSatisfy((connection) -> {
				assertThat(connection.kept()).isTrue();
				connection.descriptor().close();
			});
			assertThat(active.readToEnd()).isEmpty();
		}
	}

	@Test
	void responseThatIsBeingWrittenStays(@TempDir Path folder) throws Exception {
		// Larger than the socket's buffers
		File file = Files.write(folder.resolve("file"), new byte[20_000_000]).toFile();
		this.first.handle("/file", (request, response) -> {
			response.setContentLengthLong(file.length());
			request.setAttribute("org.apache.tomcat.sendfile.filename", file.getPath());
			request.setAttribute("org.apache.tomcat.sendfile.start", 0L);
			request.setAttribute("org.apache.tomcat.sendfile.end", file.length());
		});
		this.first.handle("/bytes", (request, response) -> {
			response.setContentLength(20_000_000);
			response.getOutputStream().write(new byte[20_000_000]);
		});
		TestServer second = second((protocol) -> {
		});
		for (String path : List.of("/file", "/bytes")) {
			try (TestClient client = this.first.connect()) {
				client.request(path);
				await().until(() -> this.first.handoff().census().active() == 1);
				assertThat(this.first.handoff().giveUpIdle(256)).isEmpty();
				assertThat(client.read().body()).hasSize(20_000_000);
				awaitCensus(this.first, new Census(0, 0, 1));
				move(this.first, second, true);
				assertThat(client.get("/who").body()).isEqualTo("second");
			}
		}
	}

	@Test
	void connectionThatCannotBeAdoptedDoesNotKeepTheOthersFromIt() throws Exception {
		TestServer second = second((protocol) -> {
		});
		List<IdleConnection> batch = new ArrayList<>();
		IdleConnection listener = new IdleConnection(this.first.handoff().exportListener(), true);
		try (TestClient one = this.first.connect()) {
			one.get("/who");
			batch.add(giveUpOne(this.first));
			batch.add(listener);
			try (TestClient other = this.first.connect()) {
				other.get("/who");
				batch.add(giveUpOne(this.first));
				assertThat(second.handoff().adopt(batch)).containsOnlyKeys(listener);
				assertThat(batch).allMatch((connection) -> connection.descriptor().isClosed());
				assertThat(second.handoff().figures().adopted()).isEqualTo(2);
				assertThat(one.get("/who").body()).isEqualTo("second");
				assertThat(other.get("/who").body()).isEqualTo("second");
			}
		}
	}

	@Test
	void pausedConnectorRefusesAndClosesTheConnection() throws Exception {
		TestServer second = second((protocol) -> {
		});
		second.connector().pause();
		try (TestClient client = this.first.connect()) {
			client.get("/who");
			IdleConnection connection = giveUpOne(this.first);
			assertThatIOException().isThrownBy(() -> second.handoff().adopt(connection.descriptor(), connection.kept()))
				.withMessageContaining("paused");
			assertThat(connection.descriptor().isClosed()).isTrue();
			assertThat(client.readToEnd()).isEmpty();
		}
		assertThat(second.endpoint().getConnectionCount()).isZero();
	}

	@Test
	void connectionThatCouldNotLeaveInTimeLeavesLater() throws Exception {
		// Requests run on the poller's thread
		TestServer slow = start((protocol) -> protocol.setExecutor(Runnable::run));
		this.others.add(slow);
		CountDownLatch entered = new CountDownLatch(1);
		slow.handle("/wait", (request, response) -> {
			entered.countDown();
			this.proceed.await(20, TimeUnit.SECONDS);
		});
		try (TestClient idle = slow.connect(); TestClient active = slow.connect()) {
			idle.get("/hello");
			awaitCensus(slow, new Census(1, 0, 1));
			active.request("/wait");
			entered.await(20, TimeUnit.SECONDS);
			Departures departures = new Departures(slow.endpoint(), false, Duration.ofMillis(50));
			assertThatIOException().isThrownBy(() -> departures.giveUp(10)).withMessageContaining("did not turn");
			this.proceed.countDown();
			assertThat(active.read().status()).isEqualTo(200);
			await().ignoreExceptions().until(() -> departures.giveUp(1), (connections) -> {
				connections.forEach((connection) -> connection.descriptor().close());
				return !connections.isEmpty();
			});
			assertThat(idle.readToEnd()).isEmpty();
		}
	}

	@Test
	void thousandIdleConnectionsMoveInBatchesAndLeaveNoDescriptor() throws Exception {
		TestServer second = second((protocol) -> {
		});
		List<TestClient> clients = new ArrayList<>();
		try {
			this.first.connect().close();
			for (int i = 0; i < 1000; i++) {
				TestClient client = this.first.connect();
				clients.add(client);
				client.get("/who");
			}
			awaitCensus(this.first, new Census(0, 0, 1000));
			int before = OpenDescriptors.count();
			long start = System.nanoTime();
			int rounds = 0;
			int moved = 0;
			for (; moved < 1000; rounds++) {
				List<IdleConnection> connections = this.first.handoff().giveUpIdle(256);
				for (IdleConnection connection : connections) {
					second.handoff().adopt(connection.descriptor(), connection.kept());
				}
				moved += connections.size();
			}
			long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
			System.out.println("1,000 idle connections moved in " + rounds + " rounds and " + millis + " ms");
			OpenDescriptors.assertThatNoneWasLeft(before);
			for (TestClient client : clients) {
				assertThat(client.get("/who").body()).isEqualTo("second");
			}
		}
		finally {
			for (TestClient client : clients) {
				client.close();
			}
		}
		awaitCensus(second, new Census(0, 0, 0));
		assertThat(this.first.endpoint().getConnectionCount()).isZero();
		assertThat(second.endpoint().getConnectionCount()).isZero();
	}

	@Test
	void connectionsMoveBackAndForthUnderLoad() throws Exception {
		TestServer second = second((protocol) -> {
		});
		try (KeptLoad load = new KeptLoad(this.first.address(), 8)) {
			for (int round = 0; round < 200; round++) {
				moveAll(this.first, second);
				load.awaitProgress(20);
				moveAll(second, this.first);
				load.awaitProgress(20);
			}
			assertThat(this.first.handoff().figures().givenUp()).isGreaterThan(200);
			assertThat(second.handoff().figures().adopted()).isEqualTo(this.first.handoff().figures().givenUp());
		}
	}

	private static void moveAll(TestServer from, TestServer to) throws IOException {
		for (IdleConnection connection : from.handoff().giveUpIdle(256)) {
			to.handoff().adopt(connection.descriptor(), connection.kept());
		}
	}

	private static void move(TestServer from, TestServer to, boolean kept) throws IOException {
		IdleConnection connection = giveUpOne(from);
		assertThat(connection.kept()).isEqualTo(kept);
		to.handoff().adopt(connection.descriptor(), connection.kept());
	}

	/**
	 * Right after a response, or an accept, the server may still be busy with it.
	 */
	private static IdleConnection giveUpOne(TestServer from) {
		return await().pollInterval(Duration.ofMillis(1))
			.until(() -> from.handoff().giveUpIdle(256), (connections) -> !connections.isEmpty())
			.get(0);
	}

	private static void awaitCensus(TestServer server, Census census) {
		await().untilAsserted(() -> assertThat(server.handoff().census()).isEqualTo(census));
	}

	private TestServer second(Consumer<Http11NioProtocol> settings) {
		TestServer server = start(settings).handle("/who", (request, response) -> response.getWriter().print("second"));
		this.others.add(server);
		return server;
	}

	private static TestServer start(Consumer<Http11NioProtocol> settings) {
		return TestServer.start(true, (factory) -> factory.addConnectorCustomizers((connector) -> {
			Http11NioProtocol protocol = (Http11NioProtocol) connector.getProtocolHandler();
			protocol.setMaxKeepAliveRequests(-1);
			settings.accept(protocol);
		}));
	}

}
