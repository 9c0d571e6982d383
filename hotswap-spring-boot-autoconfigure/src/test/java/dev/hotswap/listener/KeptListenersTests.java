package dev.hotswap.listener;

import java.net.InetSocketAddress;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link KeptListeners}.
 */
class KeptListenersTests {

	@Test
	void successorLearnsOfAllOfThem() {
		KeptListeners kept = KeptListeners.of(Map.of());
		assertThat(kept.isEmpty()).isTrue();
		kept.add(new InetSocketAddress("127.0.0.1", 8080));
		kept.add(new InetSocketAddress("::1", 8081));
		kept.add(new InetSocketAddress("::", 8082));
		KeptListeners successors = KeptListeners.of(Map.of(KeptListeners.VARIABLE, kept.toString()));
		assertThat(successors.isEmpty()).isFalse();
		assertThat(successors.contains(new InetSocketAddress("127.0.0.1", 8080))).isTrue();
		assertThat(successors.contains(new InetSocketAddress("::1", 8081))).isTrue();
		assertThat(successors.contains(new InetSocketAddress("0.0.0.0", 8082))).isTrue();
		assertThat(successors.contains(new InetSocketAddress("127.0.0.1", 8081))).isFalse();
		assertThat(successors).hasToString(kept.toString());
	}

	@Test
	void variableOfSomebodyElseIsIgnored() {
		assertThat(KeptListeners.of(Map.of(KeptListeners.VARIABLE, "server:8080")).isEmpty()).isTrue();
		assertThat(KeptListeners.of(Map.of(KeptListeners.VARIABLE, "7f/x")).isEmpty()).isTrue();
		assertThat(KeptListeners.of(Map.of(KeptListeners.VARIABLE, "7f000001/80000")).isEmpty()).isTrue();
	}

}
