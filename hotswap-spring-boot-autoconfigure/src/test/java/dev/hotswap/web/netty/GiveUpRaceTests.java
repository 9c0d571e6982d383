package dev.hotswap.web.netty;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import dev.hotswap.web.ConnectionMonitoring;
import dev.hotswap.web.HandoffConnectors;
import dev.hotswap.web.IdleConnection;
import dev.hotswap.web.TestListenerSource;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for requests that arrive while their connection is being given up: random
 * interleavings of the client with the passes of two servers' event loops, which turn on
 * the test's own thread.
 */
@Timeout(300)
class GiveUpRaceTests {

	private static final int REQUESTS = 4;

	private static final int MAX_STEPS = 400;

	private static final int GAMES = 10_000;

	@ParameterizedTest
	@EnumSource(TestTransport.class)
	void eachRequestIsAnsweredExactlyOnceInTenThousandInterleavings(TestTransport transport) throws Exception {
		long seed = Long.getLong("hotswap.seed", 20_261_122L);
		List<String> served = new ArrayList<>();
		try (ManualServer first = new ManualServer(transport, served);
				ManualServer second = new ManualServer(transport, served)) {
			int moves = 0;
			for (int i = 0; i < GAMES; i++) {
				moves += new Game(new ManualServer[] { first, second }, served, seed + i).play();
			}
			// The race has been run at all
			assertThat(moves).isGreaterThan(GAMES);
			System.out.printf("RACE jdk=%d server=netty-%s test=GiveUpRaceTests interleavings=%d moves=%d%n",
					Runtime.version().feature(), transport.name().toLowerCase(Locale.ROOT), GAMES, moves);
		}
	}

	/**
	 * Deregistering is a task of its own, and an event loop whose tasks take too long (a
	 * second by default) looks for input before it has run them all.
	 */
	@ParameterizedTest
	@EnumSource(TestTransport.class)
	void requestsStayInTheKernelWhenTheEventLoopReadsAmidADeparture(TestTransport transport) throws Exception {
		departAmidRequests(transport, (client) -> {
		});
	}

	/**
	 * The native transport reads from a connection whose client has ended its side,
	 * whether a read was asked for or not ({@code AbstractEpollChannel.epollRdHupReady}).
	 */
	@ParameterizedTest
	@EnumSource(TestTransport.class)
	void lastRequestsStayInTheKernelWhenTheEventLoopReadsAmidADeparture(TestTransport transport) throws Exception {
		departAmidRequests(transport, SocketChannel::shutdownOutput);
	}

	private static void departAmidRequests(TestTransport transport, ClientStep afterRequest) throws Exception {
		List<String> served = new ArrayList<>();
		List<SocketChannel> clients = new ArrayList<>();
		try (ManualServer server = new ManualServer(transport, served)) {
			for (int i = 0; i < 100; i++) {
				clients.add(SocketChannel.open(server.address()));
			}
			for (int i = 0; i < 1000 && server.connections() < 100; i++) {
				server.pass();
			}
			server.pass();
			server.departures.begin(100);
			server.latePass();
			assertThat(server.departures.isDone()).isFalse();
			for (SocketChannel client : clients) {
				client.write(StandardCharsets.ISO_8859_1.encode("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
				afterRequest.take(client);
			}
			for (int i = 0; i < 1000 && !server.departures.isDone(); i++) {
				server.latePass();
			}
			List<IdleConnection> departed = server.departures.finish(100);
			assertThat(departed).hasSize(100);
			assertThat(served).isEmpty();
			for (IdleConnection connection : departed) {
				server.connector().adopt(connection.descriptor(), connection.kept());
			}
			for (int i = 0; i < 1000 && served.size() < 100; i++) {
				server.pass();
			}
			assertThat(served).hasSize(100);
			closeAll(clients);
			for (int i = 0; i < 1000 && server.connections() > 0; i++) {
				server.pass();
			}
			assertThat(server.connections()).isZero();
		}
		finally {
			closeAll(clients);
		}
	}

	private static void closeAll(List<SocketChannel> clients) throws IOException {
		for (SocketChannel client : clients) {
			client.close();
		}
	}

	private interface ClientStep {

		void take(SocketChannel client) throws IOException;

	}

	private static final class ManualServer implements AutoCloseable {

		private final ManualIoEventLoop loop;

		private final HandoffConnectors connectors = new HandoffConnectors(true);

		private final DisposableServer server;

		private final Departures departures;

		private boolean departing;

		ManualServer(TestTransport transport, List<String> served) {
			IoHandlerFactory handlers = (transport == TestTransport.EPOLL) ? EpollIoHandler.newFactory()
					: NioIoHandler.newFactory();
			this.loop = new ManualIoEventLoop(Thread.currentThread(), handlers);
			LoopResources loops = new LoopResources() {

				@Override
				public EventLoopGroup onServer(boolean ignored) {
					return ManualServer.this.loop;
				}

			};
			HttpServer http = HttpServer.create()
				.bindAddress(() -> new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
				.runOn(loops)
				.handle((request, response) -> {
					served.add(request.uri());
					return response.sendString(Mono.just(request.uri() + "\n"));
				});
			AtomicReference<DisposableServer> bound = new AtomicReference<>();
			new HandoffServer("server", TestListenerSource.NONE, this.connectors, ConnectionMonitoring.NONE, false)
				.customize(http, false)
				.bind()
				.subscribe(bound::set);
			for (int i = 0; i < 100 && bound.get() == null; i++) {
				pass();
			}
			this.server = bound.get();
			this.departures = (Departures) ReflectionTestUtils.getField(connector(), "departures");
		}

		NettyHandoffConnector connector() {
			return (NettyHandoffConnector) this.connectors.all().get(0);
		}

		InetSocketAddress address() {
			return connector().address();
		}

		void pass() {
			this.loop.runNow();
		}

		/**
		 * What an event loop does that is late: it looks for input between two tasks.
		 */
		void latePass() {
			this.loop.runNow(1);
		}

		int connections() {
			return connector().census().total();
		}

		IdleConnection departureStep(boolean begin) throws IOException {
			if (!this.departing && begin) {
				this.departures.begin(1);
				this.departing = true;
			}
			if (!this.departing || !this.departures.isDone()) {
				return null;
			}
			this.departing = false;
			List<IdleConnection> connections = this.departures.finish(1);
			return connections.isEmpty() ? null : connections.get(0);
		}

		@Override
		public void close() {
			this.server.dispose();
			this.loop.shutdown();
			while (!this.loop.isTerminated()) {
				pass();
			}
		}

	}

	private static final class Game {

		private final ManualServer[] servers;

		private final List<String> served;

		private final long seed;

		private final Random random;

		private final SocketChannel client;

		private final StringBuilder received = new StringBuilder();

		private final IdleConnection[] travelling = new IdleConnection[2];

		private final ByteBuffer toSend;

		private int steps;

		private int moves;

		Game(ManualServer[] servers, List<String> served, long seed) throws IOException {
			this.servers = servers;
			this.served = served;
			this.seed = seed;
			this.random = new Random(seed);
			this.client = SocketChannel.open(servers[0].address());
			this.client.configureBlocking(false);
			// Or the kernel holds what is sent in parts back
			this.client.setOption(StandardSocketOptions.TCP_NODELAY, true);
			StringBuilder requests = new StringBuilder();
			IntStream.range(0, REQUESTS)
				.forEach((i) -> requests.append("GET /%d HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(i)));
			this.toSend = ByteBuffer.wrap(requests.toString().getBytes(StandardCharsets.ISO_8859_1));
		}

		int play() throws Exception {
			this.served.clear();
			try (this.client) {
				while (this.steps < MAX_STEPS && !isOver()) {
					step();
				}
				end();
				List<String> expected = IntStream.range(0, REQUESTS).mapToObj((i) -> "/" + i).toList();
				assertThat(answers()).as("Answers with seed %d", this.seed).isEqualTo(expected);
				assertThat(this.served).as("Served with seed %d", this.seed).isEqualTo(expected);
				assertThat(this.servers[0].connections() + this.servers[1].connections()).isEqualTo(1);
			}
			for (int i = 0; i < 100 && this.servers[0].connections() + this.servers[1].connections() > 0; i++) {
				this.servers[0].pass();
				this.servers[1].pass();
			}
			assertThat(this.servers[0].connections() + this.servers[1].connections()).isZero();
			return this.moves;
		}

		private void step() throws Exception {
			this.steps++;
			int who = this.random.nextInt(2);
			switch (this.random.nextInt(10)) {
				case 0 -> send();
				case 1, 2, 3 -> this.servers[who].pass();
				case 4, 5 -> this.servers[who].latePass();
				case 6, 7 -> depart(who, true);
				default -> arrive(1 - who);
			}
		}

		/**
		 * Let everything that was begun come to its end.
		 */
		private void end() throws Exception {
			while (this.toSend.hasRemaining()) {
				send();
			}
			for (int i = 0; i < 200 && !isOver(); i++) {
				for (int who = 0; who < 2; who++) {
					this.servers[who].pass();
					depart(who, false);
					arrive(1 - who);
				}
			}
		}

		private boolean isOver() throws IOException {
			receive();
			return answers().size() >= REQUESTS && this.travelling[0] == null && this.travelling[1] == null
					&& !this.servers[0].departing && !this.servers[1].departing;
		}

		/**
		 * Send one request, or part of it, or more than one.
		 */
		private void send() throws IOException {
			int size = this.toSend.capacity() / REQUESTS;
			int bytes = switch (this.random.nextInt(4)) {
				case 0 -> 1 + this.random.nextInt(size);
				case 1 -> 2 * size;
				default -> size - this.toSend.position() % size;
			};
			this.toSend.limit(Math.min(this.toSend.position() + bytes, this.toSend.capacity()));
			this.client.write(this.toSend);
			this.toSend.limit(this.toSend.capacity());
		}

		private void depart(int who, boolean begin) throws IOException {
			if (this.travelling[who] == null) {
				this.travelling[who] = this.servers[who].departureStep(begin);
			}
		}

		private void arrive(int who) throws IOException {
			IdleConnection connection = this.travelling[1 - who];
			if (connection != null) {
				this.travelling[1 - who] = null;
				this.servers[who].connector().adopt(connection.descriptor(), connection.kept());
				this.moves++;
			}
		}

		private void receive() throws IOException {
			ByteBuffer buffer = ByteBuffer.allocate(4096);
			int read = this.client.read(buffer);
			assertThat(read).as("End of the connection after %s, with seed %d", this.received, this.seed)
				.isNotNegative();
			this.received.append(StandardCharsets.ISO_8859_1.decode(buffer.flip()));
		}

		private List<String> answers() {
			return this.received.toString().lines().filter((line) -> line.startsWith("/")).toList();
		}

	}

}
