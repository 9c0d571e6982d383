package dev.hotswap.handoff;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

import dev.hotswap.process.LaunchAdditions;
import dev.hotswap.web.HandoffConnectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link UnownedListeners}, with a socket on which this process listens.
 */
class UnownedListenersTests {

	private final HandoffConnectors connectors = new HandoffConnectors(false);

	private ServerSocket own;

	@BeforeEach
	void listen() throws IOException {
		this.own = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
	}

	@AfterEach
	void close() throws IOException {
		this.own.close();
	}

	@Test
	void socketThatNoConnectorOwnsIsNamedAndRefuses() throws IOException {
		assertThat(refuse(Set.of(), false)).contains("127.0.0.1:" + this.own.getLocalPort())
			.contains("hotswap.launch.ignore-listeners");
	}

	@Test
	void closedSocketIsForgotten() throws IOException {
		this.own.close();
		assertThat(refuse(Set.of(), false)).doesNotContain(":" + this.own.getLocalPort() + ",");
	}

	@Test
	void socketOfAConnectorIsItsOwn() throws IOException {
		try (TestListener connector = TestListener.bind("server")) {
			this.connectors.register(connector);
			assertThat(refuse(Set.of(), false)).contains("127.0.0.1:" + this.own.getLocalPort())
				.doesNotContain(":" + connector.address().getPort());
		}
	}

	@Test
	void wildcardConnectorOwnsItsSocketInWhateverForm() throws IOException {
		for (String wildcard : new String[] { "0.0.0.0", "::" }) {
			try (TestListener connector = new TestListener("server",
					ServerSocketChannel.open().bind(new InetSocketAddress(wildcard, 0)))) {
				this.connectors.register(connector);
				assertThat(refuse(Set.of(), false)).doesNotContain(":" + connector.address().getPort());
				this.connectors.unregister(connector);
				assertThat(refuse(Set.of(), false)).contains(":" + connector.address().getPort());
			}
		}
	}

	@Test
	void ignoredPortMayStayBehind() throws IOException {
		try (ServerSocket another = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			assertThat(refuse(Set.of(this.own.getLocalPort()), false)).contains(":" + another.getLocalPort())
				.doesNotContain(":" + this.own.getLocalPort());
		}
	}

	@Test
	void allMayStayBehind() throws IOException {
		assertThat(refuse(Set.of(), true)).isEqualTo("null");
	}

	@Test
	void portThatTheKernelChoseIsEphemeral() throws IOException {
		assertThat(UnownedListeners.isEphemeral(this.own.getLocalPort())).isTrue();
		assertThat(UnownedListeners.isEphemeral(1)).isFalse();
	}

	/** The test process may have further sockets, so only ours are looked at. */
	private String refuse(Set<Integer> ignored, boolean ignoreAll) throws IOException {
		HandoffSettings settings = new HandoffSettings("shop", null, Path.of("/tmp/x.sock"), false,
				LaunchAdditions.none(), ignored, ignoreAll, Duration.ofMinutes(1), Duration.ZERO, Duration.ofMinutes(1),
				Duration.ZERO, 4, Duration.ZERO, Duration.ZERO, Duration.ofMinutes(1), true, true);
		return String.valueOf(new UnownedListeners(settings, this.connectors).refuse());
	}

}
