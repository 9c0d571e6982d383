package dev.hotswap.web;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

import org.assertj.core.data.Offset;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@link HandoffConnector#acceptShare} promises, for two servers on one listener
 * whose answers tell which of them it was.
 */
public final class ShareAssertions {

	private static final int CONNECTS = 600;

	/**
	 * Several times the standard deviation, and room for what a server takes that stands
	 * back because the other's threads have not run in time.
	 */
	private static final Offset<Double> ABOUT = Offset.offset(0.15);

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private ShareAssertions() {
	}

	/**
	 * Two servers share connections as they are told.
	 * @param first a server that answers {@code first} to {@code /who}
	 * @param second one that answers {@code second}
	 */
	public static void assertThatShared(HandoffConnector first, HandoffConnector second) throws IOException {
		share(first, second, 0.2);
		assertThat(shareOf("second", first.address())).isCloseTo(0.2, ABOUT);
		share(first, second, 0.8);
		assertThat(shareOf("second", first.address())).isCloseTo(0.8, ABOUT);
		share(first, second, 1);
		assertThat(shareOf("second", first.address())).isCloseTo(1, ABOUT);
	}

	private static void share(HandoffConnector first, HandoffConnector second, double share) {
		first.acceptShare(1 - share);
		second.acceptShare(share);
	}

	/**
	 * What nobody else takes is accepted, and the gate is what it is without a share.
	 * @param alone the only server on its listener
	 */
	public static void assertThatNothingIsLeft(HandoffConnector alone) throws IOException {
		alone.acceptShare(0);
		for (int i = 0; i < 50; i++) {
			who(alone.address());
		}
		alone.stopAccepting(TIMEOUT);
		try (TestClient client = new TestClient(alone.address())) {
			client.request("/who");
			assertThat(client.isSilentFor(Duration.ofMillis(100))).isTrue();
			alone.openGate();
			client.read();
		}
		alone.stopAccepting(TIMEOUT);
		try (TestClient client = new TestClient(alone.address())) {
			client.request("/who");
			alone.closeListener(TIMEOUT);
			client.read();
		}
	}

	private static double shareOf(String name, InetSocketAddress address) throws IOException {
		int answers = 0;
		for (int i = 0; i < CONNECTS; i++) {
			answers += who(address).equals(name) ? 1 : 0;
		}
		return answers / (double) CONNECTS;
	}

	private static String who(InetSocketAddress address) throws IOException {
		try (TestClient client = new TestClient(address)) {
			return client.get("/who").body();
		}
	}

}
