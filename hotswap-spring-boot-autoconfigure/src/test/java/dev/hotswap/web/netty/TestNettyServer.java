package dev.hotswap.web.netty;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import dev.hotswap.descriptor.Descriptor;
import dev.hotswap.web.Census;
import dev.hotswap.web.ConnectionMonitoring;
import dev.hotswap.web.HandoffConnectors;
import dev.hotswap.web.IdleConnection;
import dev.hotswap.web.ListenerSource;
import dev.hotswap.web.RequestRecorder;
import dev.hotswap.web.TestClient;
import dev.hotswap.web.TestListenerSource;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.socket.ServerSocketChannel;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.resources.LoopResources;

import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.reactor.netty.NettyWebServer;
import org.springframework.boot.web.server.Shutdown;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Spring Boot's Reactor Netty server on a loopback port, with handlers by path.
 */
final class TestNettyServer implements AutoCloseable {

	final HandoffConnectors connectors;

	private final Map<String, Handler> handlers = new ConcurrentHashMap<>();

	private final LoopResources loops;

	private final NettyWebServer server;

	private boolean stopped;

	private TestNettyServer(TestTransport transport, boolean open, ListenerSource source,
			ConnectionMonitoring monitoring, Consumer<NettyReactiveWebServerFactory> settings) {
		this.connectors = new HandoffConnectors(open, new RequestRecorder(true));
		this.loops = transport.createLoops();
		text("/hello", "hello");
		NettyReactiveWebServerFactory factory = new NettyReactiveWebServerFactory(0);
		factory.setShutdown(Shutdown.GRACEFUL);
		factory.setLifecycleTimeout(Duration.ofSeconds(20));
		ReactorResourceFactory resources = new ReactorResourceFactory();
		resources.setUseGlobalResources(false);
		resources.setLoopResources(this.loops);
		resources.afterPropertiesSet();
		factory.setResourceFactory(resources);
		try {
			factory.setAddress(InetAddress.getByName("127.0.0.1"));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		settings.accept(factory);
		new HandoffNettyCustomizer("server", source, this.connectors, monitoring).customize(factory);
		this.server = (NettyWebServer) factory.getWebServer(this::handle);
		this.server.start();
	}

	static TestNettyServer start(TestTransport transport, boolean open) {
		return start(transport, open, TestListenerSource.NONE);
	}

	static TestNettyServer start(TestTransport transport, boolean open,
			Consumer<NettyReactiveWebServerFactory> settings) {
		return start(transport, open, TestListenerSource.NONE, ConnectionMonitoring.NONE, settings);
	}

	static TestNettyServer start(TestTransport transport, boolean open, ListenerSource source) {
		return start(transport, open, source, ConnectionMonitoring.NONE, (factory) -> {
		});
	}

	static TestNettyServer start(TestTransport transport, boolean open, ListenerSource source,
			ConnectionMonitoring monitoring, Consumer<NettyReactiveWebServerFactory> settings) {
		return new TestNettyServer(transport, open, source, monitoring, settings);
	}

	/**
	 * Another server on this one's listener, with a closed gate.
	 */
	TestNettyServer startOnSameListener(TestTransport transport) throws IOException {
		Descriptor descriptor = handoff().exportListener();
		return start(transport, false, new TestListenerSource((name, address, scheme) -> descriptor));
	}

	private Mono<Void> handle(ServerHttpRequest request, ServerHttpResponse response) {
		return this.handlers.get(request.getPath().value()).handle(request, response);
	}

	TestNettyServer handle(String path, Handler handler) {
		this.handlers.put(path, handler);
		return this;
	}

	TestNettyServer text(String path, String text) {
		return handle(path, (request, response) -> response.writeWith(buffer(response, text)));
	}

	static Publisher<DataBuffer> buffer(ServerHttpResponse response, String text) {
		return Mono.fromSupplier(() -> response.bufferFactory().wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
	}

	NettyWebServer webServer() {
		return this.server;
	}

	LoopResources loops() {
		return this.loops;
	}

	ServerSocketChannel listener() {
		DisposableServer disposable = (DisposableServer) ReflectionTestUtils.getField(this.server, "disposableServer");
		return (ServerSocketChannel) disposable.channel();
	}

	NettyHandoffConnector handoff() {
		return (NettyHandoffConnector) this.connectors.all().get(0);
	}

	@SuppressWarnings("unchecked")
	Set<HandoffConnection> connections() {
		return (Set<HandoffConnection>) ReflectionTestUtils.getField(handoff(), "connections");
	}

	/**
	 * What Boot's graceful shutdown waits for.
	 */
	Collection<Channel> channels() {
		return (ChannelGroup) ReflectionTestUtils.getField(ReflectionTestUtils.getField(handoff(), "longLived"),
				"channels");
	}

	InetSocketAddress address() {
		return new InetSocketAddress("127.0.0.1", handoff().address().getPort());
	}

	TestClient connect() throws IOException {
		return new TestClient(address());
	}

	void awaitCensus(int fresh, int active, int idle) {
		await().pollInterval(Duration.ofMillis(2))
			.untilAsserted(() -> assertThat(handoff().census()).isEqualTo(new Census(fresh, active, idle)));
	}

	/**
	 * Right after a response the server may still be busy with it.
	 */
	IdleConnection giveUpOne() {
		return await().pollInterval(Duration.ofMillis(1))
			.until(() -> handoff().giveUpIdle(256), (connections) -> !connections.isEmpty())
			.get(0);
	}

	void stop() {
		if (!this.stopped) {
			this.stopped = true;
			this.server.stop();
			this.loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block(Duration.ofSeconds(10));
		}
	}

	@Override
	public void close() {
		stop();
	}

	interface Handler {

		Mono<Void> handle(ServerHttpRequest request, ServerHttpResponse response);

	}

}
