package dev.hotswap.web.netty;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.hotswap.web.Http2TestClient;
import dev.hotswap.web.Http2TestClient.Frame;
import dev.hotswap.web.TestClient;
import org.hamcrest.Matchers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.http.server.HttpServerResponse;

import org.springframework.boot.web.server.Http2;
import org.springframework.boot.web.server.Shutdown;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.HandshakeInfo;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.adapter.ReactorNettyWebSocketSession;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for event streams and WebSocket sessions.
 */
@ParameterizedClass
@EnumSource(TestTransport.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LongLivedTests {

	@Parameter
	private TestTransport transport;

	private final Sinks.Many<String> events = Sinks.many().multicast().directBestEffort();

	private final AtomicInteger cancelled = new AtomicInteger();

	private final CompletableFuture<CloseStatus> sessionEnd = new CompletableFuture<>();

	private TestNettyServer server;

	@BeforeEach
	void start() {
		start(Shutdown.GRACEFUL);
	}

	private void start(Shutdown shutdown) {
		this.server = TestNettyServer.start(this.transport, true, (factory) -> {
			factory.setShutdown(shutdown);
			Http2 http2 = new Http2();
			http2.setEnabled(true);
			factory.setHttp2(http2);
		})
			.handle("/events", (request, response) -> stream(response, MediaType.TEXT_EVENT_STREAM))
			.handle("/download", (request, response) -> stream(response, MediaType.APPLICATION_OCTET_STREAM))
			.handle("/echo", this::echo);
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	private Mono<Void> stream(ServerHttpResponse response, MediaType type) {
		response.getHeaders().setContentType(type);
		Flux<Publisher<DataBuffer>> parts = this.events.asFlux()
			.startWith("data: first\n\n")
			.doOnCancel(this.cancelled::incrementAndGet)
			.map((text) -> TestNettyServer.buffer(response, text));
		return response.writeAndFlushWith(parts);
	}

	private Mono<Void> echo(ServerHttpRequest request, ServerHttpResponse response) {
		HttpServerResponse nativeResponse = ServerHttpResponseDecorator.getNativeResponse(response);
		return nativeResponse.sendWebsocket((in, out) -> {
			ReactorNettyWebSocketSession session = new ReactorNettyWebSocketSession(in, out,
					new HandshakeInfo(request.getURI(), request.getHeaders(), Mono.empty(), null),
					(NettyDataBufferFactory) response.bufferFactory());
			session.closeStatus().subscribe(this.sessionEnd::complete);
			return session.send(session.receive().doOnNext(WebSocketMessage::retain));
		});
	}

	@Test
	void eventStreamEndsAndItsConnectionGoesOn() throws Exception {
		try (TestClient client = this.server.connect()) {
			client.request("/events");
			await().until(() -> this.server.handoff().longLived() == 1);
			assertThat(this.server.handoff().endLongLived(5)).isEqualTo(1);
			TestClient.Response response = client.read();
			assertThat(this.server.handoff().longLived()).isZero();
			assertThat(this.server.handoff().endLongLived(5)).isZero();
			assertThat(response.headers()).containsEntry("transfer-encoding", "chunked");
			assertThat(response.body()).isEqualTo("data: first\n\n");
			// The client may have the whole response a moment before
			await().untilAtomic(this.cancelled, Matchers.is(1));
			assertThat(client.get("/hello").body()).isEqualTo("hello");
			this.server.awaitCensus(0, 0, 1);
		}
	}

	@Test
	void requestPipelinedBehindAnEventStreamIsAnswered() throws Exception {
		try (TestClient client = this.server.connect()) {
			client.request("/events");
			await().until(() -> this.server.handoff().longLived() == 1);
			client.request("/hello");
			this.events.tryEmitNext("data: second\n\n");
			assertThat(this.server.handoff().endLongLived(5)).isEqualTo(1);
			this.events.tryEmitNext("data: late\n\n");
			assertThat(client.read().body()).startsWith("data: first\n\n");
			assertThat(client.read().body()).isEqualTo("hello");
		}
	}

	@Test
	void eventStreamsThatAreBeingWrittenEndCleanly() throws Exception {
		try (TestClient client = this.server.connect()) {
			for (int i = 0; i < 100; i++) {
				client.request("/events");
				await().pollInterval(Duration.ofMillis(1)).until(() -> this.server.handoff().longLived() == 1);
				Thread writer = new Thread(() -> {
					while (this.events.currentSubscriberCount() > 0) {
						this.events.tryEmitNext("data: more\n\n");
						Thread.onSpinWait();
					}
				});
				writer.start();
				this.server.handoff().endLongLived(1);
				assertThat(client.read().body()).matches("data: first\n\n(data: more\n\n)*");
				writer.join();
				assertThat(client.get("/hello").body()).isEqualTo("hello");
			}
		}
	}

	@Test
	void downloadGoesOn() throws Exception {
		try (TestClient client = this.server.connect()) {
			client.request("/download");
			await().until(() -> this.events.currentSubscriberCount() == 1);
			assertThat(this.server.handoff().longLived()).isZero();
			assertThat(this.server.handoff().endLongLived(5)).isZero();
			this.events.tryEmitNext("last");
			this.events.tryEmitComplete();
			assertThat(client.read().body()).endsWith("last");
		}
	}

	@Test
	void endsNoMoreThanItIsToldTo() throws Exception {
		List<TestClient> clients = new ArrayList<>();
		try {
			for (int i = 0; i < 10; i++) {
				TestClient client = this.server.connect();
				clients.add(client);
				client.request("/events");
			}
			await().until(() -> this.server.handoff().longLived() == 10);
			assertThat(this.server.handoff().endLongLived(4)).isEqualTo(4);
			assertThat(this.server.handoff().longLived()).isEqualTo(6);
			assertThat(this.server.handoff().endLongLived(10)).isEqualTo(6);
			for (TestClient client : clients) {
				assertThat(client.read().body()).isEqualTo("data: first\n\n");
			}
		}
		finally {
			for (TestClient client : clients) {
				client.close();
			}
		}
	}

	@Test
	void eventStreamOverHttp2EndsWithoutAGracefulShutdown() throws Exception {
		stop();
		start(Shutdown.IMMEDIATE);
		eventStreamOverHttp2Ends();
	}

	@Test
	void eventStreamOverHttp2Ends() throws Exception {
		try (Http2TestClient client = new Http2TestClient(this.server.address())) {
			int stream = client.request("/events");
			await().until(() -> this.server.handoff().longLived() == 1);
			assertThat(this.server.handoff().endLongLived(5)).isEqualTo(1);
			List<Frame> frames = client.readStream(stream);
			assertThat(frames).extracting(Frame::text).contains("data: first\n\n");
			await().untilAtomic(this.cancelled, Matchers.is(1));
			int next = client.request("/hello");
			assertThat(client.readStream(next)).extracting(Frame::text).contains("hello");
		}
	}

	@Test
	void sessionIsToldToConnectAgain() throws Exception {
		Listener listener = new Listener();
		WebSocket client = HttpClient.newHttpClient()
			.newWebSocketBuilder()
			.buildAsync(URI.create("ws://127.0.0.1:" + this.server.address().getPort() + "/echo"), listener)
			.get(10, TimeUnit.SECONDS);
		client.sendText("hello", true).get(10, TimeUnit.SECONDS);
		assertThat(listener.text.get(10, TimeUnit.SECONDS)).isEqualTo("hello");
		assertThat(this.server.handoff().longLived()).isEqualTo(1);
		assertThat(this.server.handoff().giveUpIdle(256)).isEmpty();
		assertThat(this.server.handoff().endIdle()).isZero();
		this.server.awaitCensus(0, 1, 0);
		assertThat(this.server.handoff().endLongLived(5)).isEqualTo(1);
		assertThat(this.server.handoff().longLived()).isZero();
		assertThat(listener.status.get(10, TimeUnit.SECONDS)).isEqualTo(1012);
		assertThat(this.sessionEnd.get(10, TimeUnit.SECONDS).getCode()).isEqualTo(1012);
		this.server.awaitCensus(0, 0, 0);
	}

	private static final class Listener implements WebSocket.Listener {

		private final CompletableFuture<String> text = new CompletableFuture<>();

		private final CompletableFuture<Integer> status = new CompletableFuture<>();

		@Override
		public CompletionStage<?> onText(WebSocket session, CharSequence data, boolean last) {
			this.text.complete(data.toString());
			return WebSocket.Listener.super.onText(session, data, last);
		}

		@Override
		public CompletionStage<?> onClose(WebSocket session, int code, String reason) {
			this.status.complete(code);
			return null;
		}

		@Override
		public void onError(WebSocket session, Throwable error) {
			this.status.completeExceptionally(error);
		}

	}

}
