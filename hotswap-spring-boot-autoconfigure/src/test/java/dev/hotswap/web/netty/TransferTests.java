package dev.hotswap.web.netty;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import dev.hotswap.descriptor.ChannelDescriptors;
import dev.hotswap.descriptor.LoopbackPair;
import dev.hotswap.web.Census;
import dev.hotswap.web.ConnectionMonitoring;
import dev.hotswap.web.RequestRecorder;
import dev.hotswap.web.ConnectorFigures;
import dev.hotswap.web.IdleConnection;
import dev.hotswap.web.KeptLoad;
import dev.hotswap.web.OpenDescriptors;
import dev.hotswap.web.TestClient;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ResourceLeakDetector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.http.ZeroCopyHttpOutputMessage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for giving connections up and adopting them, between two servers.
 */
@ParameterizedClass
@EnumSource(TestTransport.class)
@Timeout(60)
class TransferTests {

	private static final String WHO = "GET /who HTTP/1.1\r\nHost: localhost\r\n\r\n";

	@Parameter
	private TestTransport transport;

	private TestNettyServer first;

	private TestNettyServer second;

	@BeforeEach
	void start() {
		this.first = TestNettyServer.start(this.transport, true).text("/who", "first");
		this.second = TestNettyServer.start(this.transport, true).text("/who", "second");
	}

	@AfterEach
	void stop() {
		this.second.close();
		this.first.close();
	}

	@Test
	void idleConnectionMovesAndItsClientDoesNotNotice() throws Exception {
		try (TestClient client = this.first.connect()) {
			assertThat(client.get("/who").body()).isEqualTo("first");
			move(this.first, this.second, true);
			this.first.awaitCensus(0, 0, 0);
			assertThat(this.second.handoff().census()).isEqualTo(new Census(0, 0, 1));
			assertThat(client.get("/who").body()).isEqualTo("second");
			move(this.second, this.first, true);
			assertThat(client.get("/who").body()).isEqualTo("first");
		}
		assertThat(this.first.handoff().figures()).isEqualTo(new ConnectorFigures(1, 1, 0, 0, 0));
		this.first.awaitCensus(0, 0, 0);
	}

	@Test
	void connectionForAWarmUpLeavesApartFromTheOthersAndCountsForNothing() throws Exception {
		LoopbackPair pair = LoopbackPair.connect();
		try (Socket client = pair.client()) {
			this.first.handoff().adoptForWarmUp(pair.server());
			this.first.awaitCensus(1, 0, 0);
			assertThat(this.first.handoff().giveUpIdle(256)).isEmpty();
			List<IdleConnection> own = await().until(() -> this.first.handoff().giveUpForWarmUp(),
					(connections) -> !connections.isEmpty());
			this.second.handoff().adoptForWarmUp(own.get(0).descriptor());
			client.getOutputStream()
				.write("GET /who HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
			client.setSoTimeout(20_000);
			byte[] status = client.getInputStream().readNBytes(12);
			assertThat(new String(status, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200");
			assertThat(this.first.handoff().figures()).isEqualTo(ConnectorFigures.NONE);
			assertThat(this.second.handoff().figures()).isEqualTo(ConnectorFigures.NONE);
		}
	}

	@Test
	void freshConnectionMovesAsFresh() throws Exception {
		try (TestClient client = this.first.connect()) {
			this.first.awaitCensus(1, 0, 0);
			move(this.first, this.second, false);
			assertThat(this.second.handoff().census()).isEqualTo(new Census(1, 0, 0));
			assertThat(client.get("/who").body()).isEqualTo("second");
		}
	}

	@Test
	void requestsThatArriveInBetweenAreAnsweredByTheAdopter() throws Exception {
		try (TestClient client = this.first.connect()) {
			client.get("/who");
			IdleConnection connection = this.first.giveUpOne();
			client.send(WHO + WHO);
			this.second.handoff().adopt(connection.descriptor(), connection.kept());
			assertThat(client.read().body()).isEqualTo("second");
			assertThat(client.read().body()).isEqualTo("second");
		}
	}

	@Test
	void connectionThatBlocksIsAdoptedWithoutHoldingUpTheEventLoop() throws Exception {
		try (ServerSocketChannel listener = ServerSocketChannel.open()
			.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
				TestClient client = new TestClient((InetSocketAddress) listener.getLocalAddress());
				SocketChannel accepted = listener.accept()) {
			assertThat(accepted.isBlocking()).isTrue();
			this.first.handoff().adopt(ChannelDescriptors.export(accepted), false);
			// As long as Netty's first buffer, so that it looks for more
			String start = "GET /who HTTP/1.1\r\nHost: localhost\r\nX-Padding: ";
			client.send(start + "x".repeat(2048 - start.length() - 4) + "\r\n\r\n");
			assertThat(client.read().body()).isEqualTo("first");
		}
	}

	@Test
	void adoptedWhileTheGateIsClosed() throws Exception {
		this.second.handoff().stopAccepting(Duration.ofSeconds(5));
		try (TestClient client = this.first.connect()) {
			client.get("/who");
			move(this.first, this.second, true);
			assertThat(client.get("/who").body()).isEqualTo("second");
		}
	}

	@Test
	void adoptedConnectionGetsTheIdleTimeout() throws Exception {
		try (TestNettyServer timing = TestNettyServer.start(this.transport, true,
				(factory) -> factory.addServerCustomizers((server) -> server.idleTimeout(Duration.ofMillis(300))));
				TestClient client = this.first.connect()) {
			client.get("/who");
			move(this.first, timing, true);
			assertThat(client.readToEnd()).isEmpty();
		}
	}

	@Test
	void idleTimeoutOfAConnectionThatHasLeftEndsNothing() throws Exception {
		try (TestNettyServer timing = TestNettyServer.start(this.transport, true,
				(factory) -> factory.addServerCustomizers((server) -> server.idleTimeout(Duration.ofMillis(200))));
				TestClient client = timing.connect()) {
			client.get("/hello");
			move(timing, this.second, true);
			CountDownLatch later = new CountDownLatch(1);
			timing.listener().eventLoop().schedule(later::countDown, 400, TimeUnit.MILLISECONDS);
			assertThat(later.await(5, TimeUnit.SECONDS)).isTrue();
			assertThat(client.get("/who").body()).isEqualTo("second");
		}
	}

	@Test
	void activeConnectionsStay() throws Exception {
		Sinks.Empty<Void> proceed = Sinks.empty();
		this.first.handle("/wait", (request, response) -> proceed.asMono());
		try (TestClient active = this.first.connect();
				TestClient pipelining = this.first.connect();
				TestClient uploading = this.first.connect();
				TestClient halfLine = this.first.connect();
				TestClient halfHeaders = this.first.connect()) {
			active.request("/wait");
			pipelining.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n" + WHO);
			uploading.send("POST /who HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nbegin");
			halfLine.send("GET /w");
			halfHeaders.send("GET /who HTTP/1.1\r\nHost: local");
			assertThat(uploading.read().body()).as("answered before the upload is complete").isEqualTo("first");
			this.first.awaitCensus(2, 3, 0);
			awaitPasses(this.first);
			assertThat(this.first.handoff().giveUpIdle(256)).isEmpty();
			proceed.tryEmitEmpty();
			halfLine.send("ho HTTP/1.1\r\nHost: localhost\r\n\r\n");
			halfHeaders.send("host\r\n\r\n");
			uploading.send("end!!" + WHO);
			assertThat(active.read().status()).isEqualTo(200);
			assertThat(pipelining.read().status()).isEqualTo(200);
			assertThat(List.of(pipelining, uploading, halfLine, halfHeaders))
				.allSatisfy((client) -> assertThat(client.read().body()).isEqualTo("first"));
			this.first.awaitCensus(0, 0, 5);
			List<IdleConnection> connections = new ArrayList<>();
			await().until(() -> connections.addAll(this.first.handoff().giveUpIdle(256)) && connections.size() == 5);
			assertThat(connections).allSatisfy((connection) -> {
				assertThat(connection.kept()).isTrue();
				connection.descriptor().close();
			});
			assertThat(active.readToEnd()).isEmpty();
		}
	}

	@Test
	void responseThatIsBeingWrittenStays(@TempDir Path folder) throws Exception {
		// Larger than the socket's buffers
		Path file = Files.write(folder.resolve("file"), new byte[20_000_000]);
		this.first.handle("/file", (request, response) -> {
			response.getHeaders().setContentLength(20_000_000);
			return ((ZeroCopyHttpOutputMessage) response).writeWith(file, 0, 20_000_000);
		});
		this.first.handle("/bytes", (request, response) -> {
			response.getHeaders().setContentLength(20_000_000);
			return response.writeWith(Mono.fromSupplier(() -> response.bufferFactory().wrap(new byte[20_000_000])));
		});
		for (String path : List.of("/file", "/bytes")) {
			try (TestClient client = this.first.connect()) {
				client.request(path);
				await().until(() -> this.first.handoff().census().active() == 1);
				awaitPasses(this.first);
				assertThat(this.first.handoff().giveUpIdle(256)).isEmpty();
				assertThat(client.read().body()).hasSize(20_000_000);
				move(this.first, this.second, true);
				assertThat(client.get("/who").body()).isEqualTo("second");
			}
		}
	}

	@Test
	void stoppedServerRefusesAndClosesTheConnection() throws Exception {
		NettyHandoffConnector stopped = this.second.handoff();
		this.second.stop();
		try (TestClient client = this.first.connect()) {
			client.get("/who");
			IdleConnection connection = this.first.giveUpOne();
			assertThatIOException().isThrownBy(() -> stopped.adopt(connection.descriptor(), connection.kept()));
			assertThat(connection.descriptor().isClosed()).isTrue();
			assertThat(client.readToEnd()).isEmpty();
		}
	}

	@Test
	void serverAtItsOwnLimitDoesNotTakeTheConnection() throws Exception {
		try (TestNettyServer limited = TestNettyServer.start(this.transport, true,
				(factory) -> factory.addServerCustomizers((server) -> server.maxConnections(1)));
				TestClient other = limited.connect();
				TestClient client = this.first.connect()) {
			other.get("/hello");
			client.get("/who");
			IdleConnection connection = this.first.giveUpOne();
			assertThatIOException().isThrownBy(() -> limited.handoff().adopt(connection.descriptor().duplicate(), true))
				.withMessageContaining("limit");
			this.first.handoff().adopt(connection.descriptor(), true);
			assertThat(client.get("/who").body()).isEqualTo("first");
			limited.awaitCensus(0, 0, 1);
		}
	}

	@Test
	void connectionThatCannotBeAdoptedDoesNotKeepTheOthersFromIt() throws Exception {
		List<IdleConnection> batch = new ArrayList<>();
		IdleConnection listener = new IdleConnection(this.first.handoff().exportListener(), true);
		try (TestClient one = this.first.connect()) {
			one.get("/who");
			batch.add(this.first.giveUpOne());
			batch.add(listener);
			try (TestClient other = this.first.connect()) {
				other.get("/who");
				batch.add(this.first.giveUpOne());
				assertThat(this.second.handoff().adopt(batch)).containsOnlyKeys(listener);
				assertThat(batch).allMatch((connection) -> connection.descriptor().isClosed());
				assertThat(this.second.handoff().figures().adopted()).isEqualTo(2);
				assertThat(one.get("/who").body()).isEqualTo("second");
				assertThat(other.get("/who").body()).isEqualTo("second");
			}
		}
	}

	@Test
	void batchOfConnectionsIsOneStepOfTheEventLoop() throws Exception {
		try (TestClient one = this.first.connect()) {
			one.get("/who");
			IdleConnection earlier = this.first.giveUpOne();
			try (TestClient other = this.first.connect()) {
				other.get("/who");
				List<String> order = new CopyOnWriteArrayList<>();
				this.second.listener().pipeline().addFirst(new ChannelInboundHandlerAdapter() {

					@Override
					public void channelRead(ChannelHandlerContext context, Object message) {
						order.add("connection");
						context.channel().eventLoop().execute(() -> order.add("next step"));
						context.fireChannelRead(message);
					}

				});
				assertThat(this.second.handoff().adopt(List.of(earlier, this.first.giveUpOne()))).isEmpty();
				await().untilAsserted(
						() -> assertThat(order).containsExactly("connection", "connection", "next step", "next step"));
				assertThat(one.get("/who").body()).isEqualTo("second");
				assertThat(other.get("/who").body()).isEqualTo("second");
			}
		}
	}

	@Test
	void batchThatTheEventLoopDoesNotTakeInTimeIsNotTakenLater() throws Exception {
		Transport any = (this.transport == TestTransport.NIO) ? new NioTransport() : new EpollTransport();
		Arrivals arrivals = new Arrivals(this.second.handoff(), this.second.listener(), any, Duration.ofMillis(50));
		CountDownLatch proceed = new CountDownLatch(1);
		try (TestClient client = this.first.connect()) {
			client.get("/who");
			IdleConnection connection = this.first.giveUpOne();
			Future<?> busy = this.second.listener().eventLoop().submit(() -> proceed.await(20, TimeUnit.SECONDS));
			IdleConnection offered = new IdleConnection(connection.descriptor().duplicate(), true);
			assertThat(arrivals.take(List.of(offered), false)).containsOnlyKeys(offered);
			assertThat(offered.descriptor().isClosed()).isTrue();
			proceed.countDown();
			busy.get(20, TimeUnit.SECONDS);
			this.first.handoff().adopt(connection.descriptor(), connection.kept());
			assertThat(client.get("/who").body()).isEqualTo("first");
			assertThat(this.second.handoff().census().total()).isZero();
		}
		finally {
			proceed.countDown();
		}
	}

	@Test
	void connectionsThatBeginWithTheClientsAddressStay() throws Exception {
		Transport any = (this.transport == TestTransport.NIO) ? new NioTransport() : new EpollTransport();
		NettyHandoffConnector proxied = new NettyHandoffConnector("proxied", this.first.listener(), any, false, true,
				ConnectionMonitoring.NONE, new RequestRecorder(false), null);
		assertThat(proxied.canTransfer()).isFalse();
		try (TestClient client = this.first.connect()) {
			client.get("/who");
			IdleConnection connection = this.first.giveUpOne();
			assertThatIOException().isThrownBy(() -> proxied.adopt(connection.descriptor(), true));
			assertThat(client.readToEnd()).isEmpty();
		}
	}

	/** With more than one event loop, whose order is left to chance. */
	@RepeatedTest(20)
	void connectionsThatOnlySeemIdleDoNotKeepTheOthersFromTheirTurn() throws Exception {
		List<TestClient> begun = new ArrayList<>();
		try (TestClient idle = this.first.connect()) {
			idle.get("/who");
			for (int i = 0; i < 8; i++) {
				TestClient client = this.first.connect();
				begun.add(client);
				client.get("/who");
				client.send("GET /w");
			}
			this.first.awaitCensus(0, 0, 9);
			awaitPasses(this.first);
			List<IdleConnection> left = this.first.handoff().giveUpIdle(1);
			assertThat(left).hasSize(1);
			this.second.handoff().adopt(left.get(0).descriptor(), true);
			assertThat(idle.get("/who").body()).isEqualTo("second");
		}
		finally {
			for (TestClient client : begun) {
				client.close();
			}
		}
	}

	@Test
	void numberOfConnectionsIsBounded() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.first.handoff().giveUpIdle(0));
		assertThatIllegalArgumentException().isThrownBy(() -> this.first.handoff().giveUpIdle(257));
	}

	@Test
	void connectionsThatCouldNotLeaveInTimeLeaveLater() throws Exception {
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch proceed = new CountDownLatch(1);
		try (TestClient client = this.first.connect()) {
			client.get("/who");
			this.first.awaitCensus(0, 0, 1);
			HandoffConnection connection = this.first.connections().iterator().next();
			connection.execute(() -> {
				entered.countDown();
				hold(proceed);
			});
			entered.await(20, TimeUnit.SECONDS);
			Departures departures = new Departures(this.first.connections(),
					(this.transport == TestTransport.NIO) ? new NioTransport() : new EpollTransport(),
					this.first.handoff().counters(), false, Duration.ofMillis(50));
			assertThatIOException().isThrownBy(() -> departures.giveUp(10)).withMessageContaining("did not turn");
			proceed.countDown();
			List<IdleConnection> late = await().ignoreExceptions()
				.until(() -> departures.giveUp(1), (connections) -> !connections.isEmpty());
			assertThat(late).hasSize(1);
			this.second.handoff().adopt(late.get(0).descriptor(), true);
			assertThat(client.get("/who").body()).isEqualTo("second");
		}
	}

	@Test
	void serverThatStopsDoesNotWaitForConnectionsThatLeave() throws Exception {
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch proceed = new CountDownLatch(1);
		try (TestClient client = this.first.connect()) {
			client.get("/who");
			this.first.awaitCensus(0, 0, 1);
			this.first.connections().iterator().next().execute(() -> {
				entered.countDown();
				hold(proceed);
			});
			entered.await(20, TimeUnit.SECONDS);
			Departures departures = new Departures(this.first.connections(),
					(this.transport == TestTransport.NIO) ? new NioTransport() : new EpollTransport(),
					this.first.handoff().counters(), false, Duration.ofSeconds(20));
			CompletableFuture<List<IdleConnection>> leaving = CompletableFuture.supplyAsync(() -> giveUp(departures));
			await().until(() -> !departures.isDone());
			departures.abandon();
			assertThat(leaving).isNotDone();
			proceed.countDown();
			assertThat(leaving.get(20, TimeUnit.SECONDS)).isEmpty();
			this.first.awaitCensus(0, 0, 0);
		}
	}

	private static List<IdleConnection> giveUp(Departures departures) {
		try {
			return departures.giveUp(10);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Test
	void thousandIdleConnectionsMoveInBatchesAndLeaveNoDescriptor() throws Exception {
		List<TestClient> clients = new ArrayList<>();
		try {
			for (int i = 0; i < 1000; i++) {
				TestClient client = this.first.connect();
				clients.add(client);
				client.get("/who");
			}
			this.first.awaitCensus(0, 0, 1000);
			int before = OpenDescriptors.count();
			long start = System.nanoTime();
			int rounds = 0;
			for (int moved = 0; moved < 1000; rounds++) {
				List<IdleConnection> connections = this.first.handoff().giveUpIdle(256);
				assertThat(connections).hasSizeLessThanOrEqualTo(256);
				for (IdleConnection connection : connections) {
					this.second.handoff().adopt(connection.descriptor(), connection.kept());
				}
				moved += connections.size();
			}
			long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
			System.out.println(
					"1,000 idle connections moved in " + rounds + " rounds and " + millis + " ms, " + this.transport);
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
		this.second.awaitCensus(0, 0, 0);
	}

	@Test
	void connectionsMoveBackAndForthUnderLoad() throws Exception {
		ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
		ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
		try (KeptLoad load = new KeptLoad(this.first.address(), 8)) {
			for (int round = 0; round < 200; round++) {
				moveAll(this.first, this.second);
				load.awaitProgress(20);
				moveAll(this.second, this.first);
				load.awaitProgress(20);
			}
			assertThat(this.first.handoff().figures().givenUp()).isGreaterThan(200);
			assertThat(this.second.handoff().figures().adopted()).isEqualTo(this.first.handoff().figures().givenUp());
		}
		finally {
			ResourceLeakDetector.setLevel(level);
		}
	}

	@Test
	void applicationHearsThatAnAcceptedConnectionEnds() throws Exception {
		CountDownLatch ended = new CountDownLatch(1);
		try (TestNettyServer observed = TestNettyServer.start(this.transport, true,
				(factory) -> observe(factory, ended)); TestClient client = observed.connect()) {
			client.get("/hello");
			move(observed, this.second, true);
			assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
			assertThat(client.get("/who").body()).isEqualTo("second");
		}
	}

	private static void observe(NettyReactiveWebServerFactory factory, CountDownLatch ended) {
		factory.addServerCustomizers((server) -> server.doOnChannelInit(
				(observer, channel, remote) -> channel.pipeline().addFirst(new ChannelInboundHandlerAdapter() {

					@Override
					public void channelInactive(ChannelHandlerContext context) {
						ended.countDown();
						context.fireChannelInactive();
					}

				})));
	}

	private static void moveAll(TestNettyServer from, TestNettyServer to) throws IOException {
		for (IdleConnection connection : from.handoff().giveUpIdle(256)) {
			to.handoff().adopt(connection.descriptor(), connection.kept());
		}
	}

	private static void move(TestNettyServer from, TestNettyServer to, boolean kept) throws IOException {
		IdleConnection connection = from.giveUpOne();
		assertThat(connection.kept()).isEqualTo(kept);
		to.handoff().adopt(connection.descriptor(), connection.kept());
	}

	private static void awaitPasses(TestNettyServer server) throws Exception {
		for (HandoffConnection connection : server.connections()) {
			connection.channel().eventLoop().schedule(() -> {
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
