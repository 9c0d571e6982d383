package dev.hotswap.listener;

import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;

import dev.hotswap.descriptor.ChannelDescriptors;
import dev.hotswap.descriptor.Descriptor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * Tests for {@link OfferedListeners}, on listening sockets of the loopback interface.
 */
class OfferedListenersTests {

	private final List<AutoCloseable> opened = new ArrayList<>();

	@AfterEach
	void close() throws Exception {
		for (AutoCloseable each : this.opened) {
			each.close();
		}
	}

	@Test
	void claimsByAddressAndPortWhateverTheName() throws IOException {
		Listener listener = listener("server", "127.0.0.1", "http");
		ServerSocketChannel claimed = claim(offer(listener), "another", listener.address(), "http");
		assertThat(claimed.getLocalAddress()).isEqualTo(listener.address());
		assertThat(listener.descriptor().isClosed()).as("passed on").isTrue();
	}

	@Test
	void claimedChannelAcceptsWhatConnectsToTheOffered() throws IOException {
		Listener listener = listener("server", "127.0.0.1", "http");
		ServerSocketChannel claimed = claim(offer(listener), "server", listener.address(), "http");
		claimed.configureBlocking(true);
		try (Socket client = new Socket("127.0.0.1", listener.address().getPort());
				Socket accepted = claimed.socket().accept()) {
			assertThat(accepted.getPort()).isEqualTo(client.getLocalPort());
		}
	}

	@ParameterizedTest
	@CsvSource({ "0.0.0.0, ::", "::, 0.0.0.0", "0.0.0.0, 0.0.0.0" })
	void wildcardsAreOneAddress(String bound, String wanted) throws IOException {
		Listener listener = listener("server", bound, "http");
		assertThat(claim(offer(listener), "server", at(wanted, listener.address().getPort()), "http")).isNotNull();
	}

	@ParameterizedTest
	@CsvSource({ "127.0.0.1, 127.0.0.2", "127.0.0.1, 0.0.0.0", "0.0.0.0, 127.0.0.1" })
	void samePortOfAnotherAddressIsNotOffered(String bound, String wanted) throws IOException {
		Listener listener = listener("server", bound, "http");
		OfferedListeners offered = offer(listener);
		assertThat(offered.claim("server", at(wanted, listener.address().getPort()), "http",
				ChannelDescriptors::adoptServer))
			.isNull();
		assertThat(offered.unclaimed()).containsExactly(listener);
	}

	@Test
	void anotherPortIsNotOffered() throws IOException {
		Listener listener = listener("server", "127.0.0.1", "http");
		int another = listener("another", "127.0.0.1", "http").address().getPort();
		assertThat(offer(listener).claim("server", at("127.0.0.1", another), "http", ChannelDescriptors::adoptServer))
			.isNull();
	}

	@Test
	void portZeroIsClaimedByName() throws IOException {
		Listener server = listener("server", "127.0.0.1", "http");
		Listener management = listener("management", "127.0.0.1", "http");
		OfferedListeners offered = offer(server, management);
		assertThat(offered.claim("none", at("127.0.0.1", 0), "http", ChannelDescriptors::adoptServer)).isNull();
		assertThat(claim(offered, "management", at("127.0.0.1", 0), "http").getLocalAddress())
			.isEqualTo(management.address());
		assertThat(offered.unclaimed()).containsExactly(server);
	}

	@Test
	void listenerIsClaimedOnce() throws IOException {
		Listener listener = listener("server", "127.0.0.1", "http");
		OfferedListeners offered = offer(listener);
		claim(offered, "server", listener.address(), "http");
		assertThat(offered.claim("server", listener.address(), "http", ChannelDescriptors::adoptServer)).isNull();
		assertThat(offered.unclaimed()).isEmpty();
	}

	@Test
	void anotherSchemeIsRefusedAndRemembered() throws IOException {
		Listener listener = listener("server", "127.0.0.1", "http");
		OfferedListeners offered = offer(listener);
		assertThat(offered.failure()).isNull();
		assertThatExceptionOfType(SchemeMismatchException.class)
			.isThrownBy(() -> offered.claim("server", listener.address(), "https", ChannelDescriptors::adoptServer))
			.withMessageContaining("http://127.0.0.1:" + listener.address().getPort())
			.withMessageContaining("https")
			.satisfies((mismatch) -> assertThat(offered.failure()).isSameAs(mismatch));
		offered.close();
		assertThat(listener.descriptor().isClosed()).isTrue();
	}

	@Test
	void closeEndsOnlyWhatNobodyClaimed() throws IOException {
		Listener claimed = listener("server", "127.0.0.1", "http");
		Listener unclaimed = listener("management", "127.0.0.1", "http");
		OfferedListeners offered = offer(claimed, unclaimed);
		ServerSocketChannel channel = claim(offered, "server", claimed.address(), "http");
		offered.close();
		assertThat(unclaimed.descriptor().isClosed()).isTrue();
		assertThat(channel.isOpen()).isTrue();
		assertThat(channel.accept()).as("nobody has connected, and the listener works").isNull();
		assertThat(offered.claim("management", unclaimed.address(), "http", ChannelDescriptors::adoptServer)).isNull();
	}

	@Test
	void descriptorThatIsNoListenerIsClosed() throws IOException {
		Descriptor file = Descriptor.own(new FileInputStream("/dev/null").getFD());
		Listener listener = new Listener("server", at("127.0.0.1", 8080), "http", file);
		OfferedListeners offered = offer(listener);
		assertThatIOException()
			.isThrownBy(() -> offered.claim("server", listener.address(), "http", ChannelDescriptors::adoptServer));
		assertThat(file.isClosed()).isTrue();
	}

	private Listener listener(String name, String host, String scheme) throws IOException {
		ServerSocketChannel channel = ServerSocketChannel.open().bind(at(host, 0));
		this.opened.add(channel);
		Descriptor descriptor = ChannelDescriptors.export(channel);
		this.opened.add(descriptor);
		return new Listener(name, (InetSocketAddress) channel.getLocalAddress(), scheme, descriptor);
	}

	private OfferedListeners offer(Listener... listeners) {
		OfferedListeners offered = new OfferedListeners(List.of(listeners));
		this.opened.add(offered);
		return offered;
	}

	private ServerSocketChannel claim(OfferedListeners offered, String name, InetSocketAddress address, String scheme)
			throws IOException {
		ServerSocketChannel channel = offered.claim(name, address, scheme, ChannelDescriptors::adoptServer);
		assertThat(channel).isNotNull();
		this.opened.add(channel);
		return channel;
	}

	private static InetSocketAddress at(String host, int port) throws IOException {
		return new InetSocketAddress(InetAddress.getByName(host), port);
	}

}
