package dev.hotswap.web.netty;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.hotswap.descriptor.ChannelDescriptors;
import dev.hotswap.descriptor.Descriptor;
import dev.hotswap.web.Census;
import dev.hotswap.web.HandoffConnector;
import dev.hotswap.web.TestClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.boot.web.server.GracefulShutdownResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for the gate and the listener of a Reactor Netty server.
 */
@ParameterizedClass
@EnumSource(TestTransport.class)
@Timeout(60)
class NettyHandoffConnectorTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	@Parameter
	private TestTransport transport;

	private TestNettyServer server;

	@BeforeEach
	void start() {
		this.server = TestNettyServer.start(this.transport, false);
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	void connectsWaitInTheAcceptQueueUntilTheGateOpens() throws Exception {
		try (TestClient client = this.server.connect()) {
			client.request("/hello");
			awaitPasses();
			assertThat(this.server.handoff().census().total()).isZero();
			this.server.handoff().openGate();
			assertThat(client.read().body()).isEqualTo("hello");
			this.server.awaitCensus(0, 0, 1);
		}
		this.server.awaitCensus(0, 0, 0);
	}

	@Test
	void describesItself() {
		HandoffConnector connector = this.server.handoff();
		assertThat(connector.name()).isEqualTo("server");
		assertThat(connector.scheme()).isEqualTo("http");
		assertThat(connector.address().getPort()).isEqualTo(this.server.webServer().getPort());
		assertThat(connector).hasToString("Reactor Netty connector 'server' on " + connector.address());
		assertThat(connector.canTransfer()).isTrue();
		assertThat(this.server.listener().getClass().getSimpleName().toUpperCase()).startsWith(this.transport.name());
	}

	@Test
	void stoppedItAcceptsNothingAndServesOn() throws Exception {
		this.server.handoff().openGate();
		try (TestClient before = this.server.connect()) {
			assertThat(before.get("/hello").body()).isEqualTo("hello");
			this.server.handoff().stopAccepting(TIMEOUT);
			try (TestClient late = this.server.connect()) {
				late.request("/hello");
				awaitPasses();
				assertThat(before.get("/hello").body()).isEqualTo("hello");
				this.server.awaitCensus(0, 0, 1);
				this.server.handoff().openGate();
				assertThat(late.read().body()).isEqualTo("hello");
			}
		}
	}

	@Test
	void acceptedConnectionsAreCountedBeforeAnythingIsSent() throws Exception {
		this.server.handoff().openGate();
		try (TestClient client = this.server.connect()) {
			this.server.awaitCensus(1, 0, 0);
			client.send("GET /he");
			awaitPasses();
			assertThat(this.server.handoff().census()).isEqualTo(new Census(1, 0, 0));
			client.send("llo HTTP/1.1\r\nHost: localhost\r\n\r\n");
			assertThat(client.read().status()).isEqualTo(200);
			this.server.awaitCensus(0, 0, 1);
		}
	}

	@Test
	void readsAskedForAfterAnAcceptErrorDoNotOpenTheGate() throws Exception {
		this.server.handoff().openGate();
		await().until(() -> this.server.listener().config().isAutoRead());
		this.server.listener().pipeline().fireExceptionCaught(new IOException("Too many open files"));
		await().until(() -> !this.server.listener().config().isAutoRead());
		this.server.handoff().stopAccepting(TIMEOUT);
		// Reactor Netty's own, a second after accepting has failed
		await().until(() -> this.server.listener().config().isAutoRead());
		try (TestClient client = this.server.connect()) {
			client.request("/hello");
			awaitPasses();
			assertThat(this.server.handoff().census().total()).isZero();
			this.server.handoff().openGate();
			assertThat(client.read().status()).isEqualTo(200);
		}
	}

	@Test
	void acceptErrorWhileTheGateIsClosedDelaysNothing() throws Exception {
		this.server.handoff().openGate();
		this.server.handoff().stopAccepting(TIMEOUT);
		this.server.listener().pipeline().fireExceptionCaught(new IOException("Too many open files"));
		awaitPasses();
		this.server.handoff().openGate();
		long start = System.nanoTime();
		try (TestClient client = this.server.connect()) {
			assertThat(client.get("/hello").status()).isEqualTo(200);
		}
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(900));
	}

	@Test
	void eventLoopThatDoesNotTurnIsNoCertainty() throws Exception {
		this.server.handoff().openGate();
		CountDownLatch proceed = new CountDownLatch(1);
		this.server.listener().eventLoop().execute(() -> hold(proceed));
		assertThatIOException().isThrownBy(() -> this.server.handoff().stopAccepting(Duration.ofMillis(50)))
			.withMessageContaining("did not turn");
		proceed.countDown();
		awaitPasses();
		try (TestClient client = this.server.connect()) {
			client.request("/hello");
			awaitPasses();
			assertThat(this.server.handoff().census().total()).as("the gate stays closed").isZero();
		}
	}

	@Test
	void listenerIsSharedWithAServerOnTheOtherTransport() throws Exception {
		TestTransport other = (this.transport == TestTransport.EPOLL) ? TestTransport.NIO : TestTransport.EPOLL;
		this.server.handoff().openGate();
		this.server.text("/who", "first");
		try (TestNettyServer second = this.server.startOnSameListener(other).text("/who", "second")) {
			assertThat(second.address()).isEqualTo(this.server.address());
			this.server.handoff().stopAccepting(TIMEOUT);
			second.handoff().openGate();
			try (TestClient client = this.server.connect()) {
				assertThat(client.get("/who").body()).isEqualTo("second");
			}
			second.handoff().stopAccepting(TIMEOUT);
			this.server.handoff().openGate();
			second.stop();
			try (TestClient client = this.server.connect()) {
				assertThat(client.get("/who").body()).isEqualTo("first");
			}
		}
	}

	@Test
	void exportedListenerOutlivesTheServer() throws Exception {
		try (Descriptor listener = this.server.handoff().exportListener()) {
			TestClient client = this.server.connect();
			this.server.stop();
			assertThat(this.server.connectors.all()).isEmpty();
			try (var channel = ChannelDescriptors.adoptServer(listener); client) {
				assertThat(channel.accept()).isNotNull().satisfies((accepted) -> accepted.close());
			}
		}
	}

	@Test
	void closedListenerRefusesConnectsAndServesOn() throws Exception {
		this.server.handoff().openGate();
		try (TestClient kept = this.server.connect()) {
			kept.get("/hello");
			this.server.handoff().stopAccepting(TIMEOUT);
			try (TestClient waiting = this.server.connect()) {
				waiting.request("/hello");
				this.server.handoff().closeListener(TIMEOUT);
				assertThatExceptionOfType(ConnectException.class).isThrownBy(this.server::connect);
				assertThat(waiting.read().body()).isEqualTo("hello");
				assertThat(kept.get("/hello").body()).isEqualTo("hello");
				this.server.awaitCensus(0, 0, 2);
				this.server.handoff().openGate();
				assertThatExceptionOfType(ConnectException.class).isThrownBy(this.server::connect);
				assertThatIOException().isThrownBy(() -> this.server.handoff().exportListener());
			}
		}
		this.server.awaitCensus(0, 0, 0);
	}

	@Test
	void acceptQueueThatCannotBeEmptiedIsSaid() throws Exception {
		this.server.listener().eventLoop().submit(() -> this.server.handoff().gate().open()).sync();
		CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> {
			try {
				this.server.handoff().closeListener(TIMEOUT);
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		});
		await().pollInterval(Duration.ofMillis(1)).until(() -> this.server.handoff().gate().isEnded());
		await().pollInterval(Duration.ofMillis(1)).until(() -> {
			this.server.listener().pipeline().fireExceptionCaught(new IOException("Too many open files"));
			return closing.isDone();
		});
		assertThat(closing).isCompletedExceptionally();
		assertThat(this.server.listener().isOpen()).isFalse();
	}

	@Test
	void adoptedConnectionIsInTheServersChannelGroup() throws Exception {
		this.server.handoff().openGate();
		try (TestNettyServer second = TestNettyServer.start(this.transport, false);
				TestClient client = this.server.connect()) {
			client.get("/hello");
			var connection = this.server.giveUpOne();
			second.handoff().adopt(connection.descriptor(), connection.kept());
			assertThat(client.get("/hello").status()).isEqualTo(200);
			assertThat(second.channels()).hasSize(1)
				.allSatisfy((channel) -> assertThat(channel.parent()).isSameAs(second.listener()));
		}
	}

	@Test
	void bootsGracefulShutdownWaitsForARequestOfAnAdoptedConnection() throws Exception {
		this.server.handoff().openGate();
		Sinks.Empty<Void> proceed = Sinks.empty();
		try (TestNettyServer second = TestNettyServer.start(this.transport, false)
			.handle("/wait",
					(request, response) -> proceed.asMono()
						.then(Mono.defer(() -> response.writeWith(TestNettyServer.buffer(response, "done")))));
				TestClient client = this.server.connect()) {
			client.get("/hello");
			var connection = this.server.giveUpOne();
			second.handoff().adopt(connection.descriptor(), connection.kept());
			client.request("/wait");
			second.awaitCensus(0, 1, 0);
			CompletableFuture<GracefulShutdownResult> result = new CompletableFuture<>();
			second.webServer().shutDownGracefully(result::complete);
			await().until(() -> second.connectors.all().isEmpty());
			assertThat(result).isNotDone();
			proceed.tryEmitEmpty();
			assertThat(client.read().body()).isEqualTo("done");
			assertThat(result.get(10, TimeUnit.SECONDS)).isEqualTo(GracefulShutdownResult.IDLE);
		}
	}

	@Test
	void everyConnectOfALoadIsServedByOneOfTwoServers() throws Exception {
		this.server.handoff().openGate();
		try (TestNettyServer second = this.server.startOnSameListener(this.transport)) {
			for (int round = 0; round < 10; round++) {
				List<TestNettyServer> order = (round % 2 == 0) ? List.of(this.server, second)
						: List.of(second, this.server);
				for (int i = 0; i < 20; i++) {
					if (i == 10) {
						order.get(1).handoff().openGate();
						order.get(0).handoff().stopAccepting(TIMEOUT);
					}
					try (TestClient client = this.server.connect()) {
						assertThat(client.get("/hello").body()).isEqualTo("hello");
					}
				}
			}
			assertThat(second.handoff().figures().adopted()).isZero();
		}
	}

	/**
	 * Until the listener's event loop has made two passes of its selector.
	 */
	private void awaitPasses() throws Exception {
		for (int i = 0; i < 2; i++) {
			this.server.listener().eventLoop().schedule(() -> {
			}, 20, TimeUnit.MILLISECONDS).sync();
		}
	}

	private static void hold(CountDownLatch latch) {
		try {
			assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
