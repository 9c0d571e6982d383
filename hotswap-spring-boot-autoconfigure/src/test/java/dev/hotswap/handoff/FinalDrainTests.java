package dev.hotswap.handoff;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import dev.hotswap.HandoffRecord;
import dev.hotswap.listener.KeptListeners;
import dev.hotswap.web.HandoffConnectors;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link FinalDrain} of listeners that the service manager keeps open. What it
 * does to others is tested by {@link HandoffEngineTests}.
 */
class FinalDrainTests {

	@Test
	void listenerThatIsKeptOpenIsOnlyLeftAlone() throws Exception {
		try (TestListener kept = TestListener.bind("server"); TestListener own = TestListener.bind("management")) {
			drain(kept, own);
			assertThat(kept.open).as("accepts").isFalse();
			assertThat(kept.listenerClosed).isFalse();
			assertThat(own.listenerClosed).isTrue();
		}
	}

	private static void drain(TestListener kept, TestListener own) throws Exception {
		HandoffConnectors connectors = new HandoffConnectors(true);
		connectors.register(kept);
		connectors.register(own);
		ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
		try {
			CompletableFuture<HandoffRecord.Connections> drained = new CompletableFuture<>();
			new FinalDrain(connectors, new ConnectionAdoption(connectors),
					TestRecords.settings(Path.of("/nowhere/x.sock"), false), kept(kept.address()), timer,
					drained::complete)
				.start();
			drained.get(20, TimeUnit.SECONDS);
		}
		finally {
			timer.shutdownNow();
		}
	}

	private static KeptListeners kept(InetSocketAddress address) throws IOException {
		return KeptListeners.of(Map.of(KeptListeners.VARIABLE,
				HexFormat.of().formatHex(address.getAddress().getAddress()) + "/" + address.getPort()));
	}

}
