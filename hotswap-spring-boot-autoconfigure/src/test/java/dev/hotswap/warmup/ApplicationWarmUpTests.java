package dev.hotswap.warmup;

import java.io.CharArrayWriter;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;

import dev.hotswap.WarmUp;
import dev.hotswap.web.ConnectionMonitoring;
import dev.hotswap.web.ConnectorFigures;
import dev.hotswap.web.HandoffConnectors;
import dev.hotswap.web.ListenerSource;
import dev.hotswap.web.RecordedRequest;
import dev.hotswap.web.RequestRecorder;
import dev.hotswap.web.TestClient;
import dev.hotswap.web.TestListenerSource;
import dev.hotswap.web.tomcat.HandoffTomcatCustomizer;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.apache.catalina.valves.AbstractAccessLogValve;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;
import org.apache.tomcat.util.net.SSLHostConfigCertificate.Type;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.WebServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.INTEGER;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link ApplicationWarmUp}, with a server whose gate is closed.
 */
@Timeout(60)
class ApplicationWarmUpTests {

	private static final int WORKERS = Runtime.getRuntime().availableProcessors() + 2;

	private final HandoffConnectors connectors = new HandoffConnectors(false, new RequestRecorder(true));

	private final WarmUpMark mark = new WarmUpMark();

	private final AtomicInteger count = new AtomicInteger();

	private final AtomicInteger unmarked = new AtomicInteger();

	private final Set<String> sessions = ConcurrentHashMap.newKeySet();

	private final Set<String> hosts = ConcurrentHashMap.newKeySet();

	/** For each request how many there were when it came. */
	private final Queue<Integer> atOnce = new ConcurrentLinkedQueue<>();

	private final AtomicInteger present = new AtomicInteger();

	private final CountDownLatch never = new CountDownLatch(1);

	private Runnable rehearsal = () -> {
	};

	@TempDir
	private Path baseDirectory;

	private WebServer server;

	@AfterEach
	void stop() {
		this.never.countDown();
		if (this.server != null) {
			this.server.stop();
			this.server.destroy();
		}
	}

	@Test
	void requestsAreServedBehindAClosedGateUntilTheirLatencyHasSettled() {
		start((factory) -> {
		});
		assertThat(warmUp(settings("/hello", "HEAD /hello", "/large"), recorded("/recorded"), recorded("/unwanted")))
			.isNull();
		assertThat(this.count).hasValueGreaterThanOrEqualTo(6000);
		assertThat(this.unmarked).hasValue(0);
		assertThat(this.connectors.census().total()).isZero();
		assertThat(this.connectors.figures()).isEqualTo(ConnectorFigures.NONE);
		assertThat(this.connectors.recorder().sample()).isEmpty();
		assertThat(this.mark.isActive()).isFalse();
	}

	@Test
	void rehearsalIsInTheMidstOfTheRequestsAndDisturbedByNone() {
		start((factory) -> {
		});
		List<Integer> counts = new ArrayList<>();
		this.rehearsal = () -> {
			assertThat(this.connectors.census().total()).isZero();
			counts.add(this.count.get());
		};
		assertThat(warmUp(settings("/hello"))).isNull();
		assertThat(counts).singleElement(INTEGER).isBetween(6000, this.count.get() - 500);
	}

	@Test
	void endsWhenTheGatesOpen() {
		start((factory) -> {
		});
		WarmUp opening = this.connectors::openGates;
		assertThat(warmUp(
				new WarmUpSettings(List.of(WarmUpRequest.parse("/hello")), true, Duration.ofSeconds(20), 4, false),
				Map.of("opening", opening)))
			.isNull();
		assertThat(this.count).hasValue(0);
	}

	@Test
	void sessionsAreNoMoreThanWorkers() {
		start((factory) -> {
		});
		assertThat(warmUp(
				new WarmUpSettings(List.of(WarmUpRequest.parse("/session")), true, Duration.ofSeconds(5), 4, true)))
			.isNull();
		// More than a connection is kept for
		assertThat(this.count).hasValueGreaterThan(500);
		assertThat(this.sessions).hasSizeBetween(1, 4);
	}

	@Test
	void encryptedConnectorIsWarmedUpToo(@TempDir Path folder) throws Exception {
		Path keyStore = keyStore(folder);
		start((factory) -> {
			Ssl ssl = new Ssl();
			ssl.setKeyStore(keyStore.toString());
			ssl.setKeyStorePassword("secret");
			factory.setSsl(ssl);
		});
		assertThat(warmUp(settings("/hello"))).isNull();
		assertThat(this.count).hasValueGreaterThan(500);
	}

	@Test
	void encryptedConnectorIsToldTheHostOfItsRequests(@TempDir Path folder) throws Exception {
		Path keyStore = keyStore(folder);
		start((factory) -> {
			Ssl ssl = new Ssl();
			ssl.setKeyStore(keyStore.toString());
			ssl.setKeyStorePassword("secret");
			factory.setSsl(ssl);
			factory.addConnectorCustomizers((connector) -> {
				SSLHostConfig host = new SSLHostConfig();
				host.setHostName("shop.test");
				SSLHostConfigCertificate certificate = new SSLHostConfigCertificate(host, Type.UNDEFINED);
				certificate.setCertificateKeystoreFile(keyStore.toString());
				certificate.setCertificateKeystorePassword("secret");
				host.addCertificate(certificate);
				connector.addSslHostConfig(host);
			});
		});
		Stream<RecordedRequest> recorded = Stream.of("Shop.test:8443", "127.0.0.1", "[::1]:8443", "a_b", "")
			.map((host) -> new RecordedRequest("server", "GET", "/host", Map.of("Host", host), 3));
		warmUp(new WarmUpSettings(List.of(WarmUpRequest.parse("/host")), true, Duration.ofSeconds(3), 1, false),
				recorded.toArray(RecordedRequest[]::new));
		assertThat(this.hosts).contains("shop.test", "127.0.0.1", "[::1]", "localhost");
	}

	@Test
	void failuresFailARequiredWarmUpOnly() {
		start((factory) -> {
		});
		WarmUp broken = () -> {
			throw new IOException("no cache");
		};
		WarmUpSettings lenient = new WarmUpSettings(List.of(WarmUpRequest.parse("/missing")), true,
				Duration.ofMillis(300), 2, false);
		WarmUpSettings strict = new WarmUpSettings(lenient.requests(), true, lenient.duration(), 2, true);
		assertThat(warmUp(lenient, Map.of("broken", broken))).isNull();
		assertThat(warmUp(strict, Map.of("broken", broken))).contains("the bean 'broken' failed")
			.contains("the request GET /missing failed (status 404)");
	}

	@Test
	void recordedRequestsNeverFailAHandoff() {
		start((factory) -> {
		});
		WarmUpSettings strict = new WarmUpSettings(List.of(), true, Duration.ofSeconds(10), 2, true);
		assertThat(warmUp(strict, recorded("/missing"), new RecordedRequest("gone", "GET", "/", Map.of(), 1))).isNull();
	}

	@Test
	void requestThatHangsDoesNotStopTheOthers() {
		start((factory) -> {
		});
		WarmUpSettings settings = new WarmUpSettings(
				List.of(WarmUpRequest.parse("/hanging"), WarmUpRequest.parse("/hello")), true, Duration.ofSeconds(2), 4,
				true);
		long start = System.nanoTime();
		assertThat(warmUp(settings)).contains("the request GET /hanging failed (no response in time)")
			.doesNotContain("/hello");
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
		assertThat(this.count).hasValueGreaterThan(10);
	}

	@Test
	void requestsThatWaitForSomethingAreSentAtOnce() {
		start((factory) -> {
		});
		warmUp(withWorkers("/slow"));
		assertThat(this.atOnce).contains(WORKERS);
	}

	@Test
	void requestsThatAreAnsweredAtOnceTakeTurns() {
		start((factory) -> {
		});
		warmUp(withWorkers("/brief"));
		assertThat(this.atOnce).hasSizeGreaterThan(100);
		// One that a busy machine keeps waiting is none of them for once
		int turns = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
		assertThat(this.atOnce.stream().filter((requests) -> requests <= turns).count())
			.isGreaterThan(this.atOnce.size() / 2);
	}

	private static WarmUpSettings withWorkers(String path) {
		return new WarmUpSettings(List.of(WarmUpRequest.parse(path)), true, Duration.ofSeconds(1), WORKERS, true);
	}

	@Test
	void accessLogSeesClientsOnly() throws Exception {
		AtomicInteger logged = new AtomicInteger();
		AbstractAccessLogValve log = new AbstractAccessLogValve() {

			@Override
			protected void log(CharArrayWriter message) {
				logged.incrementAndGet();
			}

		};
		log.setPattern("%r");
		start((factory) -> factory.addEngineValves(log));
		warmUp(new WarmUpSettings(List.of(WarmUpRequest.parse("/hello")), true, Duration.ofMillis(500), 2, true));
		assertThat(this.count).hasValueGreaterThan(0);
		assertThat(logged).hasValue(0);
		this.connectors.openGates();
		try (TestClient client = new TestClient(this.connectors.all().get(0).address())) {
			assertThat(client.get("/hello").status()).isEqualTo(200);
		}
		await().untilAsserted(() -> assertThat(logged).hasValue(1));
	}

	@Test
	void nothingIsDoneInNoTime() {
		WarmUpSettings settings = new WarmUpSettings(List.of(WarmUpRequest.parse("/hello")), true, Duration.ZERO, 4,
				true);
		assertThat(warmUp(settings, Map.of("broken", () -> {
			throw new IOException("not called");
		}))).isNull();
	}

	private String warmUp(WarmUpSettings settings, RecordedRequest... recorded) {
		return new ApplicationWarmUp(Map::of, (request) -> !request.path().equals("/unwanted"), this.connectors,
				settings, this.mark)
			.run(List.of(recorded), this.rehearsal, () -> {
			});
	}

	private String warmUp(WarmUpSettings settings, Map<String, WarmUp> beans) {
		return new ApplicationWarmUp(() -> beans, (request) -> true, this.connectors, settings, this.mark)
			.run(List.of(), this.rehearsal, () -> {
			});
	}

	private static WarmUpSettings settings(String... requests) {
		return new WarmUpSettings(List.of(requests).stream().map(WarmUpRequest::parse).toList(), true,
				Duration.ofSeconds(20), 4, true);
	}

	private static RecordedRequest recorded(String path) {
		return new RecordedRequest("server", "GET", path, Map.of("Host", "shop"), 3);
	}

	private void start(Consumer<TomcatServletWebServerFactory> settings) {
		TomcatServletWebServerFactory factory = new TomcatServletWebServerFactory(0);
		factory.setAddress(InetAddress.getLoopbackAddress());
		factory.setBaseDirectory(this.baseDirectory.toFile());
		settings.accept(factory);
		ListenerSource source = TestListenerSource.NONE;
		new HandoffTomcatCustomizer("server", source, this.connectors, ConnectionMonitoring.NONE).customize(factory);
		this.server = factory.getWebServer((context) -> context.addServlet("test", new TestServlet()).addMapping("/"));
		this.server.start();
	}

	private static Path keyStore(Path folder) throws Exception {
		Path keyStore = folder.resolve("test.p12");
		Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
				"-genkeypair", "-keyalg", "EC", "-alias", "test", "-dname", "CN=localhost", "-storetype", "PKCS12",
				"-keystore", keyStore.toString(), "-storepass", "secret")
			.inheritIO()
			.start();
		assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
		return keyStore;
	}

	private final class TestServlet extends HttpServlet {

		@Override
		protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
			ApplicationWarmUpTests test = ApplicationWarmUpTests.this;
			test.count.incrementAndGet();
			if (!test.mark.isActive() || !test.mark.matches(request.getHeader(WarmUp.HEADER))) {
				test.unmarked.incrementAndGet();
			}
			switch (request.getRequestURI()) {
				case "/unwanted" -> test.unmarked.incrementAndGet();
				case "/missing" -> response.setStatus(404);
				case "/session" -> test.sessions.add(request.getSession().getId());
				case "/host" -> test.hosts.add(request.getServerName().toLowerCase(Locale.ROOT));
				case "/large" -> response.getOutputStream().write(new byte[100_000]);
				case "/slow" -> take(30);
				case "/brief" -> take(1);
				case "/hanging" -> {
					try {
						test.never.await();
					}
					catch (InterruptedException ex) {
						Thread.currentThread().interrupt();
					}
				}
				default -> response.getWriter().print("hello");
			}
		}

		private void take(int millis) {
			ApplicationWarmUpTests test = ApplicationWarmUpTests.this;
			test.atOnce.add(test.present.incrementAndGet());
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
			test.present.decrementAndGet();
		}

	}

}
