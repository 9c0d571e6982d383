package dev.hotswap.web.netty;

import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import dev.hotswap.WarmUp;
import dev.hotswap.warmup.ApplicationWarmUp;
import dev.hotswap.warmup.WarmUpMark;
import dev.hotswap.warmup.WarmUpRequest;
import dev.hotswap.warmup.WarmUpSettings;
import dev.hotswap.web.TestClient;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.http.HttpStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests that a server is warmed up through its connector, and that whoever counts or logs
 * what clients do sees nothing of that.
 */
@ParameterizedClass
@EnumSource(TestTransport.class)
@Timeout(60)
class WarmUpTests {

	/** A warm-up whose requests all fail has ended. */
	private static final int ENOUGH = 20;

	@TempDir
	static Path folder;

	@Parameter
	private TestTransport transport;

	private final AtomicInteger logged = new AtomicInteger();

	private final AtomicInteger served = new AtomicInteger();

	private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

	@BeforeAll
	static void createKeyStore() throws Exception {
		TlsTests.createKeyStore(keyStore());
	}

	@BeforeEach
	void addMeters() {
		Metrics.addRegistry(this.meters);
	}

	@AfterEach
	void removeMeters() {
		Metrics.removeRegistry(this.meters);
	}

	@ParameterizedTest
	@EnumSource
	void accessLogAndMetricsSeeClientsOnly(Encryption encryption) throws Exception {
		try (TestNettyServer server = TestNettyServer.start(this.transport, false,
				(factory) -> configure(factory, encryption))) {
			server.handle("/warm", (request, response) -> {
				if (request.getHeaders().getFirst(WarmUp.HEADER) != null && this.served.incrementAndGet() > ENOUGH) {
					response.setStatusCode(HttpStatus.SERVICE_UNAVAILABLE);
				}
				return response.writeWith(TestNettyServer.buffer(response, "warm"));
			});
			warmUp(server);
			assertThat(this.served).hasValueGreaterThan(ENOUGH);
			assertThat(this.logged).hasValue(0);
			assertThat(counted()).isEmpty();
			server.connectors.openGates();
			try (TestClient client = connect(server, encryption)) {
				assertThat(client.get("/warm").status()).isEqualTo(200);
				await().untilAsserted(() -> {
					assertThat(this.logged).hasValue(1);
					assertThat(counted()).contains("reactor.netty.http.server.connections.total 1.0");
				});
			}
			await().untilAsserted(
					() -> assertThat(counted()).doesNotContain("reactor.netty.http.server.connections.total 1.0"));
		}
	}

	private void configure(NettyReactiveWebServerFactory factory, Encryption encryption) {
		factory.addServerCustomizers((http) -> http.metrics(true, Function.identity()).accessLog(true, (request) -> {
			this.logged.incrementAndGet();
			return null;
		}));
		if (encryption != Encryption.NONE) {
			TlsTests.encrypt(factory, keyStore(), encryption == Encryption.NEGOTIATED);
		}
	}

	private static void warmUp(TestNettyServer server) {
		WarmUpSettings settings = new WarmUpSettings(List.of(WarmUpRequest.parse("/warm")), true,
				Duration.ofSeconds(20), 2, false);
		assertThat(new ApplicationWarmUp(Map::of, (request) -> true, server.connectors, settings, new WarmUpMark())
			.run(List.of(), () -> {
			}, () -> {
			})).isNull();
	}

	/** What the server's meters say, but for those that say nothing. */
	private Stream<String> counted() {
		return this.meters.getMeters()
			.stream()
			.filter((meter) -> meter.getId().getName().startsWith("reactor.netty.http.server"))
			.flatMap((meter) -> StreamSupport.stream(meter.measure().spliterator(), false)
				.map(Measurement::getValue)
				.filter((value) -> value != 0)
				.map((value) -> meter.getId().getName() + " " + value));
	}

	private static TestClient connect(TestNettyServer server, Encryption encryption) throws Exception {
		if (encryption == Encryption.NONE) {
			return server.connect();
		}
		return TlsTests.secure(new Socket(server.address().getAddress(), server.address().getPort()));
	}

	private static String keyStore() {
		return folder.resolve("keystore.p12").toString();
	}

	enum Encryption {

		NONE, TLS, NEGOTIATED

	}

}
