package dev.hotswap.web.tomcat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

import dev.hotswap.web.Http2TestClient.Frame;
import dev.hotswap.web.Http2TestClient;
import dev.hotswap.web.TestClient.Response;
import dev.hotswap.web.TestClient;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.CloseReason;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import org.apache.catalina.connector.ClientAbortException;
import org.apache.tomcat.websocket.server.WsSci;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.Http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for event streams and WebSocket sessions.
 */
@Timeout(120)
class LongLivedTests {

	private final Queue<AsyncContext> contexts = new ConcurrentLinkedQueue<>();

	private final Queue<AsyncContext> completed = new ConcurrentLinkedQueue<>();

	private final TestServer server = TestServer.start(true, LongLivedTests::enableProtocols)
		.handle("/events", (request, response) -> start(request, response, "text/event-stream"))
		.handle("/download", (request, response) -> start(request, response, "application/octet-stream"));

	private static void enableProtocols(TomcatServletWebServerFactory factory) {
		Http2 http2 = new Http2();
		http2.setEnabled(true);
		factory.setHttp2(http2);
		factory.addInitializers(LongLivedTests::addWebSocket);
	}

	private static void addWebSocket(ServletContext context) throws ServletException {
		new WsSci().onStartup(null, context);
		ServerContainer container = (ServerContainer) context.getAttribute(ServerContainer.class.getName());
		try {
			container.addEndpoint(ServerEndpointConfig.Builder.create(Echo.class, "/echo").build());
		}
		catch (DeploymentException ex) {
			throw new ServletException(ex);
		}
	}

	private void start(HttpServletRequest request, HttpServletResponse response, String type) throws Exception {
		AsyncContext context = request.startAsync();
		context.addListener(new Completion());
		response.setContentType(type);
		response.getWriter().print("data: first\n\n");
		response.flushBuffer();
		this.contexts.add(context);
	}

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	void eventStreamEndsAndItsConnectionGoesOn() throws Exception {
		try (TestClient client = this.server.connect()) {
			client.request("/events");
			await().until(() -> this.server.handoff().longLived() == 1);
			assertThat(this.server.handoff().endLongLived(5)).isEqualTo(1);
			assertThat(this.server.handoff().longLived()).isZero();
			assertThat(this.server.handoff().endLongLived(5)).isZero();
			Response response = client.read();
			assertThat(response.headers()).containsEntry("transfer-encoding", "chunked");
			assertThat(response.body()).isEqualTo("data: first\n\n");
			assertThat(this.completed).hasSize(1);
			assertThat(client.get("/hello").body()).isEqualTo("hello");
		}
	}

	@Test
	void asynchronousDownloadFinishes() throws Exception {
		try (TestClient client = this.server.connect()) {
			client.request("/download");
			await().until(() -> !this.contexts.isEmpty());
			assertThat(this.server.handoff().longLived()).isZero();
			assertThat(this.server.handoff().endLongLived(5)).isZero();
			AsyncContext context = this.contexts.remove();
			context.getResponse().getWriter().print("last");
			context.complete();
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
	void streamThatTheApplicationEndsCountsNoMore() throws Exception {
		try (TestClient client = this.server.connect()) {
			for (int i = 0; i < 3; i++) {
				client.request("/events");
				await().until(() -> this.server.handoff().longLived() == 1);
				this.contexts.remove().complete();
				client.read();
				await().until(() -> this.server.handoff().longLived() == 0);
			}
			client.request("/events");
			await().until(() -> this.server.handoff().longLived() == 1);
			client.close();
			await().ignoreException(ClientAbortException.class).until(() -> {
				// A client that has gone is seen by writing to it
				AsyncContext context = this.contexts.element();
				if (this.server.handoff().longLived() > 0) {
					context.getResponse().getWriter().print("data: more\n\n");
					context.getResponse().flushBuffer();
				}
				return this.server.handoff().longLived() == 0;
			});
		}
	}

	@Test
	void eventStreamOverHttp2Ends() throws Exception {
		try (Http2TestClient client = new Http2TestClient(this.server.address())) {
			int stream = client.request("/events");
			await().until(() -> this.server.handoff().longLived() == 1);
			assertThat(this.server.handoff().endLongLived(5)).isEqualTo(1);
			assertThat(text(client.readStream(stream))).isEqualTo("data: first\n\n");
			assertThat(text(client.readStream(client.request("/hello")))).isEqualTo("hello");
		}
	}

	@Test
	void webSocketIsToldToConnectAgainAndSoIsTheApplication() throws Exception {
		CompletableFuture<Integer> closed = new CompletableFuture<>();
		CompletableFuture<String> received = new CompletableFuture<>();
		URI uri = new URI("ws://127.0.0.1:" + this.server.address().getPort() + "/echo");
		WebSocket client = HttpClient.newHttpClient()
			.newWebSocketBuilder()
			.buildAsync(uri, new Client(received, closed))
			.get(20, TimeUnit.SECONDS);
		client.sendText("hello", true);
		assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo("hello");
		await().until(() -> this.server.handoff().longLived() == 1);
		assertThat(this.server.handoff().endLongLived(5)).isEqualTo(1);
		assertThat(this.server.handoff().longLived()).isZero();
		assertThat(closed.get(20, TimeUnit.SECONDS)).isEqualTo(1012);
		assertThat(Echo.closed.get(20, TimeUnit.SECONDS).getCloseCode().getCode()).isEqualTo(1012);
		await().until(() -> this.server.handoff().census().total() == 0);
	}

	private static String text(List<Frame> frames) {
		StringBuilder text = new StringBuilder();
		frames.stream()
			.filter((frame) -> frame.type() == Http2TestClient.DATA)
			.forEach((frame) -> text.append(frame.text()));
		return text.toString();
	}

	private final class Completion implements AsyncListener {

		@Override
		public void onComplete(AsyncEvent event) {
			LongLivedTests.this.completed.add(event.getAsyncContext());
		}

		@Override
		public void onTimeout(AsyncEvent event) {
		}

		@Override
		public void onError(AsyncEvent event) {
		}

		@Override
		public void onStartAsync(AsyncEvent event) {
		}

	}

	private record Client(CompletableFuture<String> received,
			CompletableFuture<Integer> closed) implements WebSocket.Listener {

		@Override
		public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
			this.received.complete(data.toString());
			webSocket.request(1);
			return null;
		}

		@Override
		public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
			this.closed.complete(statusCode);
			return null;
		}

		@Override
		public void onError(WebSocket webSocket, Throwable error) {
			this.closed.completeExceptionally(error);
		}

	}

	/**
	 * Created by Tomcat.
	 */
	public static final class Echo extends Endpoint {

		static final CompletableFuture<CloseReason> closed = new CompletableFuture<>();

		@Override
		public void onOpen(Session session, EndpointConfig config) {
			session.addMessageHandler(String.class,
					(MessageHandler.Whole<String>) (text) -> session.getAsyncRemote().sendText(text));
		}

		@Override
		public void onClose(Session session, CloseReason closeReason) {
			closed.complete(closeReason);
		}

	}

}
