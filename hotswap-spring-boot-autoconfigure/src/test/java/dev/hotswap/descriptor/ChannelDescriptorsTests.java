package dev.hotswap.descriptor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ChannelDescriptors} and {@link ListeningSockets}.
 */
class ChannelDescriptorsTests {

	private long socketsBefore;

	@BeforeAll
	static void letTheJdkOpenItsOwn() throws IOException {
		// Its first close of a channel opens a socket that it keeps
		listen("127.0.0.1").close();
	}

	@BeforeEach
	void countSockets() throws IOException {
		this.socketsBefore = sockets();
	}

	@AfterEach
	void noDescriptorIsLeft() throws IOException {
		assertThat(sockets()).isEqualTo(this.socketsBefore);
	}

	@Test
	void adoptionIsAvailableInThisBuild() {
		assertThat(ChannelDescriptors.isAdoptionAvailable()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "127.0.0.1", "::1" })
	void acceptQueueOutlivesTheFirstChannel(String host) throws Exception {
		InetSocketAddress address;
		Descriptor descriptor;
		Socket client;
		try (ServerSocketChannel first = listen(host)) {
			address = (InetSocketAddress) first.getLocalAddress();
			client = new Socket(address.getAddress(), address.getPort());
			descriptor = ChannelDescriptors.export(first);
		}
		try (client; ServerSocketChannel second = ChannelDescriptors.adoptServer(descriptor)) {
			assertThat(descriptor.isClosed()).isTrue();
			assertThat(second.getLocalAddress()).isEqualTo(address);
			assertThat(second.isBlocking()).isFalse();
			try (SocketChannel accepted = second.accept()) {
				assertThat(accepted).isNotNull();
				assertThat(accepted.getRemoteAddress()).isEqualTo(client.getLocalSocketAddress());
			}
			assertThat(second.accept()).isNull();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "127.0.0.1", "::1", "0.0.0.0", "::" })
	void procfsFindsTheSameSocket(String host) throws Exception {
		try (ServerSocketChannel channel = listen(host);
				Descriptor direct = ChannelDescriptors.export(channel);
				Descriptor found = ChannelDescriptors.exportThroughProcfs(channel)) {
			assertThat(ListeningSockets.socketInode(found.number())).isPositive()
				.isEqualTo(ListeningSockets.socketInode(direct.number()));
			assertThat(found.number()).isNotEqualTo(direct.number());
		}
	}

	@Test
	void procfsFindsASocketOfTheIpv4Family() throws Exception {
		try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.INET)) {
			channel.bind(new InetSocketAddress("127.0.0.1", 0));
			try (ServerSocketChannel adopted = ChannelDescriptors
				.adoptServer(ChannelDescriptors.exportThroughProcfs(channel))) {
				assertThat(adopted.getLocalAddress()).isEqualTo(channel.getLocalAddress());
				adopted.setOption(StandardSocketOptions.SO_RCVBUF, 8192);
			}
		}
	}

	@Test
	void closedChannelIsNotExported() throws Exception {
		ServerSocketChannel channel = listen("127.0.0.1");
		channel.close();
		assertThatExceptionOfType(ClosedChannelException.class).isThrownBy(() -> ChannelDescriptors.export(channel));
		assertThatExceptionOfType(ClosedChannelException.class)
			.isThrownBy(() -> ChannelDescriptors.exportThroughProcfs(channel));
	}

	@Test
	void adoptionThatFailsClosesTheDescriptor() throws Exception {
		try (ServerSocketChannel channel = listen("127.0.0.1")) {
			Descriptor descriptor = ChannelDescriptors.export(channel);
			// A listening socket has no peer
			assertThatExceptionOfType(IOException.class).isThrownBy(() -> ChannelDescriptors.adoptSocket(descriptor));
			assertThat(descriptor.isClosed()).isTrue();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "127.0.0.1", "::1" })
	void adoptedConnectionReadsWritesAndKnowsItsAddresses(String host) throws Exception {
		try (ServerSocketChannel server = listen(host);
				Socket client = new Socket(InetAddress.getByName(host), server.socket().getLocalPort())) {
			Descriptor descriptor;
			try (SocketChannel accepted = server.accept()) {
				descriptor = ChannelDescriptors.export(accepted);
			}
			try (SocketChannel adopted = ChannelDescriptors.adoptSocket(descriptor)) {
				assertThat(adopted.isConnected()).isTrue();
				assertThat(adopted.isBlocking()).isFalse();
				assertThat(adopted.getRemoteAddress()).isEqualTo(client.getLocalSocketAddress());
				assertThat(adopted.getLocalAddress()).isEqualTo(client.getRemoteSocketAddress());
				adopted.configureBlocking(true);
				client.getOutputStream().write(42);
				ByteBuffer buffer = ByteBuffer.allocate(8);
				assertThat(adopted.read(buffer)).isOne();
				assertThat(adopted.write(buffer.flip())).isOne();
				assertThat(client.getInputStream().read()).isEqualTo(42);
			}
			assertThat(client.getInputStream().read()).isEqualTo(-1);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "127.0.0.1", "::1", "::" })
	void listeningSocketsOfThisProcessAreListedOnce(String host) throws Exception {
		try (ServerSocketChannel channel = listen(host); Descriptor duplicate = ChannelDescriptors.export(channel)) {
			assertThat(ListeningSockets.ofThisProcess())
				.filteredOn((socket) -> socket.address().equals(channel.socket().getLocalSocketAddress()))
				.singleElement()
				.satisfies((socket) -> assertThat(socket.inode())
					.isEqualTo(ListeningSockets.socketInode(duplicate.number())));
		}
	}

	@Test
	void connectionsAreNoListeningSockets() throws Exception {
		int port;
		try (ServerSocketChannel server = listen("127.0.0.1")) {
			port = server.socket().getLocalPort();
			try (Socket client = new Socket("127.0.0.1", port); SocketChannel accepted = server.accept()) {
				server.close();
				assertThat(accepted.isConnected()).isTrue();
				assertThat(ListeningSockets.ofThisProcess()).noneMatch((socket) -> socket.address().getPort() == port);
			}
		}
	}

	@Test
	void mappedAddressIsDecodedToIpv4() throws Exception {
		// As a little-endian machine prints it
		Assumptions.assumeTrue(ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN);
		assertThat(ListeningSockets.parseAddress("0000000000000000FFFF00000100007F:1F90"))
			.isEqualTo(new InetSocketAddress("127.0.0.1", 8080));
		assertThat(ListeningSockets.parseAddress("00000000000000000000000001000000:1F90"))
			.isEqualTo(new InetSocketAddress("::1", 8080));
	}

	private static ServerSocketChannel listen(String host) throws IOException {
		return ServerSocketChannel.open().bind(new InetSocketAddress(host, 0));
	}

	private static long sockets() throws IOException {
		try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
			long count = 0;
			for (Path link : links.toList()) {
				if (ListeningSockets.socketInode(Integer.parseInt(link.getFileName().toString())) != -1) {
					count++;
				}
			}
			return count;
		}
	}

}
