package dev.hotswap.web.netty;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import dev.hotswap.ConnectionEvent;
import dev.hotswap.ConnectionListener;
import dev.hotswap.ConnectionState;
import dev.hotswap.web.ConnectionEvents;
import dev.hotswap.web.ConnectionMonitoring;
import dev.hotswap.web.HandoffConnectors;
import dev.hotswap.web.TestClient;
import dev.hotswap.web.TestListenerSource;
import io.netty.channel.unix.DomainSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;

import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.WebServerException;
import org.springframework.http.client.ReactorResourceFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link HandoffNettyCustomizer}.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class HandoffNettyCustomizerTests {

	private final HandoffConnectors connectors = new HandoffConnectors(true);

	private WebServer server;

	@AfterEach
	void stop() {
		if (this.server != null) {
			this.server.stop();
		}
	}

	@Test
	void serverKeepsTheEventLoopsOfItsResourceFactory() throws Exception {
		LoopResources loops = LoopResources.create("own", 2, true);
		ReactorResourceFactory resources = new ReactorResourceFactory();
		resources.setUseGlobalResources(false);
		resources.setLoopResources(loops);
		resources.afterPropertiesSet();
		assertThat(threadOfARequest((factory) -> factory.setResourceFactory(resources))).startsWith("own-epoll-");
		this.server.stop();
		assertThat(loops.isDisposed()).isFalse();
		loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block();
	}

	@Test
	void serverKeepsTheEventLoopsOfACustomizer() throws Exception {
		LoopResources loops = LoopResources.create("custom", 2, true);
		assertThat(threadOfARequest((factory) -> factory.addServerCustomizers((server) -> server.runOn(loops, false))))
			.startsWith("custom-nio-");
		this.server.stop();
		loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block();
	}

	@Test
	void serverKeepsReactorNettysOwnEventLoops() throws Exception {
		assertThat(threadOfARequest((factory) -> {
		})).startsWith("reactor-http-epoll-");
	}

	private String threadOfARequest(Consumer<NettyReactiveWebServerFactory> settings) throws Exception {
		start(settings, ConnectionMonitoring.NONE);
		assertThat(this.connectors.all()).hasSize(1);
		try (TestClient client = new TestClient(this.connectors.all().get(0).address())) {
			return client.get("/").body();
		}
	}

	@Test
	void eventLoopsSetAfterwardsAreSaidToPreventTheHandoff(CapturedOutput output) {
		LoopResources loops = LoopResources.create("late", 1, true);
		NettyReactiveWebServerFactory factory = factory();
		customize(factory, ConnectionMonitoring.NONE);
		factory.addServerCustomizers((server) -> server.runOn(loops));
		start(factory);
		assertThat(this.connectors.all()).isEmpty();
		assertThat(output).contains("Connector 'server' is not handed over").contains("runOn");
		this.server.stop();
		loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block();
	}

	@Test
	void unixDomainSocketIsSaidToPreventTheHandoff(CapturedOutput output, @TempDir Path folder) {
		start((factory) -> factory.addServerCustomizers(
				(server) -> server.bindAddress(() -> new DomainSocketAddress(folder.resolve("socket").toString()))),
				ConnectionMonitoring.NONE);
		assertThat(this.connectors.all()).isEmpty();
		assertThat(output).contains("Connector 'server' is not handed over").contains("Unix domain socket");
	}

	@Test
	void portThatIsInUseIsSaidAsUsual() {
		start((factory) -> {
		}, ConnectionMonitoring.NONE);
		NettyReactiveWebServerFactory second = factory();
		second.setPort(this.server.getPort());
		customize(second, ConnectionMonitoring.NONE);
		assertThatExceptionOfType(PortInUseException.class)
			.isThrownBy(() -> second.getWebServer((request, response) -> Mono.empty()).start());
		assertThat(this.connectors.all()).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void portIsSharedWithThoseWhoShareIt(boolean useNative) {
		LoopResources loops = LoopResources.create("shared", 1, true);
		WebServer first = sharing(0, loops, useNative);
		WebServer second = sharing(first.getPort(), loops, useNative);
		try {
			assertThat(second.getPort()).isEqualTo(first.getPort());
			assertThatExceptionOfType(PortInUseException.class)
				.isThrownBy(() -> start((factory) -> factory.setPort(first.getPort()), ConnectionMonitoring.NONE));
		}
		finally {
			first.stop();
			second.stop();
			loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block();
		}
	}

	private WebServer sharing(int port, LoopResources loops, boolean useNative) {
		NettyReactiveWebServerFactory factory = factory();
		factory.setPort(port);
		factory.addServerCustomizers((server) -> server.runOn(loops, useNative));
		new HandoffNettyCustomizer("server", TestListenerSource.NONE, new HandoffConnectors(true),
				ConnectionMonitoring.NONE, true)
			.customize(factory);
		WebServer shared = factory.getWebServer((request, response) -> Mono.empty());
		shared.start();
		return shared;
	}

	@Test
	void listenerThatCannotBeClaimedStopsTheStart() {
		NettyReactiveWebServerFactory factory = factory();
		new HandoffNettyCustomizer("server", new TestListenerSource((name, address, scheme) -> {
			throw new IOException("Another scheme");
		}), this.connectors, ConnectionMonitoring.NONE).customize(factory);
		assertThatExceptionOfType(WebServerException.class)
			.isThrownBy(() -> factory.getWebServer((request, response) -> Mono.empty()).start())
			.withStackTraceContaining("Another scheme");
		assertThat(this.connectors.all()).isEmpty();
	}

	@Test
	void connectorThatCannotBeWatchedStopsTheStart() {
		ConnectionMonitoring monitoring = new ConnectionMonitoring(Duration.ofSeconds(Long.MAX_VALUE), null, null);
		assertThatExceptionOfType(WebServerException.class).isThrownBy(() -> start((factory) -> {
		}, monitoring)).withStackTraceContaining("overflow");
		assertThat(this.connectors.all()).isEmpty();
	}

	@Test
	void statesOfAConnectionAreTold() throws Exception {
		List<ConnectionEvent> received = new CopyOnWriteArrayList<>();
		try (ConnectionEvents events = new ConnectionEvents(List.of((ConnectionListener) received::add))) {
			start((factory) -> {
			}, new ConnectionMonitoring(null, null, events));
			var connector = this.connectors.all().get(0);
			try (TestClient client = new TestClient(connector.address())) {
				client.get("/");
				await().until(() -> received.size() == 3);
				client.get("/");
				await().until(() -> received.size() == 5);
				var connections = await().until(() -> connector.giveUpIdle(1), (list) -> !list.isEmpty());
				await().until(() -> received.size() == 6);
				connector.adopt(connections.get(0).descriptor(), true);
				client.get("/");
			}
			await().until(() -> received.size() == 11);
			assertThat(received).extracting(ConnectionEvent::state)
				.containsExactly(ConnectionState.NEW, ConnectionState.ACTIVE, ConnectionState.IDLE,
						ConnectionState.ACTIVE, ConnectionState.IDLE, ConnectionState.TRANSFERRED, ConnectionState.NEW,
						ConnectionState.IDLE, ConnectionState.ACTIVE, ConnectionState.IDLE, ConnectionState.CLOSED);
			assertThat(received).allSatisfy((event) -> {
				assertThat(event.connector()).isEqualTo("server");
				assertThat(event.remoteAddress()).isNotNull();
			});
		}
	}

	@Test
	void idleConnectionIsEvictedAndALongRequestIsNamedOnce(CapturedOutput output) throws Exception {
		start((factory) -> {
		}, new ConnectionMonitoring(Duration.ofMillis(300), Duration.ofMillis(200), null));
		var connector = this.connectors.all().get(0);
		try (TestClient client = new TestClient(connector.address())) {
			client.request("/slow?secret=1");
			await().until(() -> output.getOut().contains("takes long: GET /slow, for"));
			assertThat(client.read().status()).isEqualTo(200);
			assertThat(client.readToEnd()).isEmpty();
		}
		assertThat(output.getOut().split("takes long")).hasSize(2);
		await().until(() -> connector.figures().evicted() == 1);
	}

	private void start(Consumer<NettyReactiveWebServerFactory> settings, ConnectionMonitoring monitoring) {
		NettyReactiveWebServerFactory factory = factory();
		settings.accept(factory);
		customize(factory, monitoring);
		start(factory);
	}

	private void start(NettyReactiveWebServerFactory factory) {
		this.server = factory.getWebServer((request, response) -> {
			Mono<Void> text = response.writeWith(TestNettyServer.buffer(response, Thread.currentThread().getName()));
			return request.getPath().value().equals("/slow") ? Mono.delay(Duration.ofMillis(600)).then(text) : text;
		});
		this.server.start();
	}

	private static NettyReactiveWebServerFactory factory() {
		NettyReactiveWebServerFactory factory = new NettyReactiveWebServerFactory(0);
		factory.setAddress(InetAddress.getLoopbackAddress());
		return factory;
	}

	private void customize(NettyReactiveWebServerFactory factory, ConnectionMonitoring monitoring) {
		new HandoffNettyCustomizer("server", TestListenerSource.NONE, this.connectors, monitoring).customize(factory);
	}

}
