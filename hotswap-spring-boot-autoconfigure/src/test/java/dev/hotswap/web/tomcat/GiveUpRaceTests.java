package dev.hotswap.web.tomcat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import dev.hotswap.descriptor.ChannelDescriptors;
import dev.hotswap.web.IdleConnection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for requests that arrive while their connection is being given up: random
 * interleavings of the steps of everybody who has a hand in it.
 */
@Timeout(300)
class GiveUpRaceTests {

	private static final int REQUESTS = 4;

	private static final int MAX_STEPS = 400;

	private static final int GAMES = 10_000;

	@Test
	void eachRequestIsAnsweredExactlyOnceInTenThousandInterleavings() throws Exception {
		long seed = Long.getLong("hotswap.seed", 20_261_122L);
		try (World world = new World()) {
			int moves = 0;
			for (int i = 0; i < GAMES; i++) {
				moves += world.play(seed + i);
			}
			// The race has been run at all
			assertThat(moves).isGreaterThan(GAMES);
			System.out.printf("RACE jdk=%d server=tomcat test=GiveUpRaceTests interleavings=%d moves=%d%n",
					Runtime.version().feature(), GAMES, moves);
		}
	}

	private static final class World implements AutoCloseable {

		private final List<String> served = new ArrayList<>();

		private final ServerSocketChannel listener = ServerSocketChannel.open()
			.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

		private final ManualServer[] servers = { new ManualServer(this.served), new ManualServer(this.served) };

		World() throws Exception {
		}

		int play(long seed) throws Exception {
			this.served.clear();
			try (Game game = new Game(this, new Random(seed))) {
				while (game.steps < MAX_STEPS && !game.isOver()) {
					game.step();
				}
				game.end();
				List<String> expected = IntStream.range(0, REQUESTS).mapToObj((i) -> "/" + i).toList();
				assertThat(game.answers()).as("Answers with seed %d", seed).isEqualTo(expected);
				assertThat(this.served).as("Served with seed %d", seed).isEqualTo(expected);
				assertThat(this.servers[0].connections() + this.servers[1].connections()).isEqualTo(1);
				return game.moves;
			}
			finally {
				// The client has ended; its server closes the connection
				for (int i = 0; i < 100 && this.servers[0].connections() + this.servers[1].connections() > 0; i++) {
					for (ManualServer server : this.servers) {
						server.pollerStep();
						server.workerStep();
					}
				}
				assertThat(this.servers[0].connections() + this.servers[1].connections()).isZero();
			}
		}

		@Override
		public void close() throws Exception {
			for (ManualServer server : this.servers) {
				server.close();
			}
			this.listener.close();
		}

	}

	private static final class Game implements AutoCloseable {

		private final ManualServer[] servers;

		private final Random random;

		private final SocketChannel client;

		private final StringBuilder received = new StringBuilder();

		private final IdleConnection[] travelling = new IdleConnection[2];

		private final ByteBuffer toSend;

		private int steps;

		private int moves;

		Game(World world, Random random) throws IOException {
			this.servers = world.servers;
			this.random = random;
			this.client = SocketChannel.open(world.listener.getLocalAddress());
			this.client.configureBlocking(false);
			// Or the kernel holds what is sent in parts back
			this.client.setOption(StandardSocketOptions.TCP_NODELAY, true);
			this.servers[0].adopt(world.listener.accept(), false);
			StringBuilder requests = new StringBuilder();
			IntStream.range(0, REQUESTS)
				.forEach((i) -> requests.append("GET /%d HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(i)));
			this.toSend = ByteBuffer.wrap(requests.toString().getBytes(StandardCharsets.ISO_8859_1));
		}

		void step() throws Exception {
			this.steps++;
			int who = this.random.nextInt(2);
			switch (this.random.nextInt(8)) {
				case 0 -> send();
				case 1, 2, 3 -> this.servers[who].pollerStep();
				case 4, 5 -> this.servers[who].workerStep();
				case 6 -> depart(who, true);
				default -> arrive(1 - who);
			}
		}

		/**
		 * Let everything that was begun come to its end.
		 */
		void end() throws Exception {
			while (this.toSend.hasRemaining()) {
				send();
			}
			for (int i = 0; i < 200 && !isOver(); i++) {
				for (int who = 0; who < 2; who++) {
					this.servers[who].pollerStep();
					this.servers[who].workerStep();
					depart(who, false);
					arrive(1 - who);
				}
			}
		}

		boolean isOver() throws IOException {
			receive();
			return answers().size() >= REQUESTS && this.travelling[0] == null && this.travelling[1] == null
					&& !this.servers[0].isLeaving() && !this.servers[1].isLeaving();
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
				this.servers[who].adopt(ChannelDescriptors.adoptSocket(connection.descriptor()), connection.kept());
				this.moves++;
			}
		}

		private void receive() throws IOException {
			ByteBuffer buffer = ByteBuffer.allocate(4096);
			int read = this.client.read(buffer);
			assertThat(read).as("End of the connection after %s", this.received).isNotNegative();
			this.received.append(StandardCharsets.ISO_8859_1.decode(buffer.flip()));
		}

		List<String> answers() {
			return this.received.toString().lines().filter((line) -> line.startsWith("/")).toList();
		}

		@Override
		public void close() throws IOException {
			this.client.close();
		}

	}

}
