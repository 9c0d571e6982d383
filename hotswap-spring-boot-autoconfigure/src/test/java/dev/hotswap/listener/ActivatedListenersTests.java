package dev.hotswap.listener;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.hotswap.descriptor.ChannelDescriptors;
import dev.hotswap.descriptor.Descriptor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ActivatedListeners}, on listening sockets of the loopback interface
 * that come by their numbers. Numbers of one process cannot be chosen, so each of several
 * is taken where it happens to be.
 */
class ActivatedListenersTests {

	private static final long PID = 4711;

	private static final int NOTHING = 999_999;

	private final List<AutoCloseable> opened = new ArrayList<>();

	private final KeptListeners kept = KeptListeners.of(Map.of());

	@AfterEach
	void close() throws Exception {
		for (AutoCloseable each : this.opened) {
			each.close();
		}
	}

	@Test
	void unnamedListenerIsClaimedByItsAddress() throws IOException {
		InetSocketAddress address = freeAddress("127.0.0.1");
		ActivatedListeners listeners = take(environment(1, null), pass(address));
		ServerSocketChannel claimed = claim(listeners, "server", address);
		assertThat(claimed.getLocalAddress()).isEqualTo(address);
		assertAccepts(claimed, address);
		assertThat(this.kept.contains(address)).isTrue();
		assertThat(KeptListeners.of(Map.of(KeptListeners.VARIABLE, this.kept.toString())).contains(address)).isTrue();
	}

	@Test
	void passedNumberIsFreeAndNoChildInheritsTheListener() throws IOException {
		InetSocketAddress address = freeAddress("127.0.0.1");
		int number = pass(address);
		ActivatedListeners listeners = take(environment(1, "server"), number);
		assertThat(Files.exists(Path.of("/proc/self/fd/" + number), LinkOption.NOFOLLOW_LINKS)).isFalse();
		Descriptor claimed = listeners.claim("server", address, (descriptor) -> descriptor, this.kept);
		this.opened.add(claimed);
		int duplicate = claimed.detach();
		String flags = Files.readString(Path.of("/proc/self/fdinfo/" + duplicate)).split("flags:\\s*")[1]
			.split("\\s")[0];
		this.opened.add(Descriptor.take(duplicate));
		// O_CLOEXEC of asm-generic/fcntl.h
		assertThat(Long.parseLong(flags, 8) & 02000000).isNotZero();
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void nameDecidesWhereTheAddressFitsTwice(CapturedOutput output) throws IOException {
		InetSocketAddress address = freeAddress("127.0.0.1");
		ServerSocketChannel channel = ServerSocketChannel.open().bind(address);
		this.opened.add(channel);
		ActivatedListeners listeners = take(environment(2, "other:server"), consecutive(channel, channel));
		claim(listeners, "server", address);
		listeners.closeUnclaimed();
		assertThat(output).contains("has claimed 'other'").doesNotContain("has claimed 'server'");
	}

	@Test
	void nameDecidesWhereNoPortIsConfigured() throws IOException {
		InetSocketAddress one = freeAddress("127.0.0.1");
		ServerSocketChannel server = ServerSocketChannel.open().bind(one);
		ServerSocketChannel management = ServerSocketChannel.open().bind(freeAddress("127.0.0.1"));
		this.opened.addAll(List.of(server, management));
		ActivatedListeners listeners = take(environment(2, "server:management"), consecutive(server, management));
		InetSocketAddress any = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0);
		assertThat(claim(listeners, "management", any).getLocalAddress()).isEqualTo(management.getLocalAddress());
		assertThat(claim(listeners, "server", any).getLocalAddress()).isEqualTo(one);
		assertThat(claimOrNull(listeners, "another", any)).isNull();
	}

	@Test
	void wildcardOfTheServiceManagerIsThatOfTheApplication() throws IOException {
		InetSocketAddress passed = freeAddress("::");
		ActivatedListeners listeners = take(environment(1, "x.socket"), pass(passed));
		claim(listeners, "server", new InetSocketAddress(InetAddress.getByName("0.0.0.0"), passed.getPort()));
	}

	@Test
	void listenerOfTheStoreIsKeptByNobodyElse() throws IOException {
		InetSocketAddress address = freeAddress("127.0.0.1");
		ActivatedListeners listeners = take(environment(1, "hotswap.server"), pass(address));
		claim(listeners, "server", new InetSocketAddress(address.getAddress(), 0));
		assertThat(this.kept.isEmpty()).isTrue();
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void socketUnitComesBeforeTheStore(CapturedOutput output) throws IOException {
		InetSocketAddress address = freeAddress("127.0.0.1");
		ServerSocketChannel channel = ServerSocketChannel.open().bind(address);
		this.opened.add(channel);
		ActivatedListeners listeners = take(environment(2, "hotswap.server:server"), consecutive(channel, channel));
		claim(listeners, "server", address);
		assertThat(this.kept.contains(address)).isTrue();
		listeners.closeUnclaimed();
		assertThat(output).doesNotContain("No connector has claimed");
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void whatNobodyClaimsIsLoggedAndClosed(CapturedOutput output) throws IOException {
		InetSocketAddress address = freeAddress("127.0.0.1");
		ActivatedListeners listeners = take(environment(1, "metrics"), pass(address));
		listeners.closeUnclaimed();
		assertThat(output).contains("No connector has claimed 'metrics' 127.0.0.1:" + address.getPort());
		assertThatExceptionOfType(ConnectException.class)
			.isThrownBy(() -> new Socket(address.getAddress(), address.getPort()).close());
	}

	@Test
	void otherProcessesListenersAreLeftAlone() throws IOException {
		InetSocketAddress address = freeAddress("127.0.0.1");
		int number = pass(address);
		Map<String, String> environment = environment(1, "server");
		environment.put("LISTEN_PID", "1");
		ActivatedListeners listeners = take(environment, number);
		assertThat(claimOrNull(listeners, "server", address)).isNull();
		Descriptor untouched = Descriptor.take(number);
		this.opened.add(untouched);
	}

	@Test
	void whatIsNoListenerIsLeftToTheApplication() throws IOException {
		DatagramChannel datagrams = DatagramChannel.open();
		this.opened.add(datagrams);
		ServerSocketChannel unbound = ServerSocketChannel.open();
		this.opened.add(unbound);
		int number = number(unbound);
		ActivatedListeners listeners = take(environment(1, "server"), number);
		assertThat(claimOrNull(listeners, "server", new InetSocketAddress("127.0.0.1", 0))).isNull();
		this.opened.add(Descriptor.take(number));
	}

	@Test
	void standardInputOfInetdIsClaimedAndStaysOpen() throws IOException {
		InetSocketAddress address = freeAddress("127.0.0.1");
		int number = pass(address);
		ActivatedListeners listeners = ActivatedListeners.take(Map.of(), PID, NOTHING, number);
		assertAccepts(claim(listeners, "server", address), address);
		assertThat(this.kept.contains(address)).isTrue();
		this.opened.add(Descriptor.take(number));
	}

	private static Map<String, String> environment(int count, String names) {
		Map<String, String> environment = new HashMap<>(
				Map.of("LISTEN_PID", Long.toString(PID), "LISTEN_FDS", Integer.toString(count)));
		if (names != null) {
			environment.put("LISTEN_FDNAMES", names);
		}
		return environment;
	}

	private ActivatedListeners take(Map<String, String> environment, int first) {
		ActivatedListeners listeners = ActivatedListeners.take(environment, PID, first, NOTHING);
		this.opened.add(listeners);
		return listeners;
	}

	private ServerSocketChannel claim(ActivatedListeners listeners, String name, InetSocketAddress address)
			throws IOException {
		ServerSocketChannel claimed = claimOrNull(listeners, name, address);
		assertThat(claimed).isNotNull();
		this.opened.add(claimed);
		return claimed;
	}

	private ServerSocketChannel claimOrNull(ActivatedListeners listeners, String name, InetSocketAddress address)
			throws IOException {
		return listeners.claim(name, address, ChannelDescriptors::adoptServer, this.kept);
	}

	private static void assertAccepts(ServerSocketChannel channel, InetSocketAddress address) throws IOException {
		channel.configureBlocking(true);
		try (Socket client = new Socket(address.getAddress(), address.getPort());
				Socket accepted = channel.socket().accept()) {
			assertThat(accepted.getPort()).isEqualTo(client.getLocalPort());
		}
	}

	private static InetSocketAddress freeAddress(String host) throws IOException {
		try (ServerSocketChannel channel = ServerSocketChannel.open().bind(new InetSocketAddress(host, 0))) {
			return new InetSocketAddress(InetAddress.getByName(host), channel.socket().getLocalPort());
		}
	}

	/** The number of a listener that nobody owns, as after execve(2). */
	private static int pass(InetSocketAddress address) throws IOException {
		try (ServerSocketChannel channel = ServerSocketChannel.open().bind(address)) {
			return number(channel);
		}
	}

	private static int number(ServerSocketChannel channel) throws IOException {
		return ChannelDescriptors.export(channel).detach();
	}

	/** The first of two numbers that follow each other, whatever else is open. */
	private int consecutive(ServerSocketChannel one, ServerSocketChannel another) throws IOException {
		List<Integer> numbers = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			numbers.add(number((i % 2 == 0) ? one : another));
		}
		for (int i = 0; i < numbers.size(); i += 2) {
			int first = numbers.get(i);
			if (numbers.get(i + 1) == first + 1) {
				numbers.removeAll(List.of(first, first + 1));
				for (int number : numbers) {
					this.opened.add(Descriptor.take(number));
				}
				return first;
			}
		}
		throw new IllegalStateException("No two numbers follow each other");
	}

}
