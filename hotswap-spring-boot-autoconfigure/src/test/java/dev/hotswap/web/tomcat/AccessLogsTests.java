package dev.hotswap.web.tomcat;

import java.io.CharArrayWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import dev.hotswap.WarmUp;
import dev.hotswap.warmup.ApplicationWarmUp;
import dev.hotswap.warmup.WarmUpMark;
import dev.hotswap.warmup.WarmUpRequest;
import dev.hotswap.warmup.WarmUpSettings;
import dev.hotswap.web.TestClient;
import org.apache.catalina.Container;
import org.apache.catalina.Context;
import org.apache.catalina.valves.AbstractAccessLogValve;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link AccessLogs}.
 */
@Timeout(60)
class AccessLogsTests {

	/** A warm-up whose requests all fail has ended. */
	private static final int ENOUGH = 20;

	@Test
	void logsOfEngineHostsAndContextsSeeClientsOnly() throws Exception {
		List<CountingLog> logs = IntStream.range(0, 4).mapToObj((i) -> new CountingLog()).toList();
		logs.get(3).setConditionUnless("com.example.unwanted");
		AtomicInteger served = new AtomicInteger();
		try (TestServer server = TestServer.start(false, (factory) -> {
			factory.addEngineValves(logs.get(0));
			factory.addContextValves(logs.get(1), logs.get(3));
			factory.addContextCustomizers((context) -> host(context).getPipeline().addValve(logs.get(2)));
		})) {
			server.handle("/warm", (request, response) -> {
				if (request.getHeader(WarmUp.HEADER) != null && served.incrementAndGet() > ENOUGH) {
					response.setStatus(500);
				}
			});
			warmUp(server);
			assertThat(served).hasValueGreaterThan(ENOUGH);
			assertThat(logs).allSatisfy((log) -> assertThat(log.count).hasValue(0));
			server.connectors.openGates();
			try (TestClient client = server.connect()) {
				assertThat(client.get("/warm").status()).isEqualTo(200);
			}
			await().untilAsserted(() -> assertThat(logs).allSatisfy((log) -> assertThat(log.count).hasValue(1)));
		}
	}

	private static Container host(Context context) {
		return context.getParent();
	}

	private static void warmUp(TestServer server) {
		WarmUpSettings settings = new WarmUpSettings(List.of(WarmUpRequest.parse("/warm")), true,
				Duration.ofSeconds(20), 2, false);
		assertThat(new ApplicationWarmUp(Map::of, (request) -> true, server.connectors, settings, new WarmUpMark())
			.run(List.of(), () -> {
			}, () -> {
			})).isNull();
	}

	private static final class CountingLog extends AbstractAccessLogValve {

		private final AtomicInteger count = new AtomicInteger();

		private CountingLog() {
			setPattern("%r");
		}

		@Override
		protected void log(CharArrayWriter message) {
			this.count.incrementAndGet();
		}

	}

}
