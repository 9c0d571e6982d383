package dev.hotswap.it;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

import dev.hotswap.it.harness.Answer;
import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Http;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

/**
 * Connections caught in every position at cutover: none is reset, no response is
 * truncated. One handoff on each platform for all positions; each test is one client,
 * which goes on where the handoff has caught it.
 */
@OnPlatforms
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PositionsAtCutoverTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(30);

	private static final int DOWNLOAD = 20_000_000;

	private static final int STREAMS = 10;

	@Parameter
	private Platform platform;

	private final Sandbox sandbox = new Sandbox();

	private final List<AutoCloseable> clients = new ArrayList<>();

	@RegisterExtension
	private final TestExecutionExceptionHandler onFailure = (context, ex) -> {
		System.out.println(this.app.output());
		throw ex;
	};

	private App app;

	private long successor;

	private Http nothingSent;

	private Http halfRequestLine;

	private Http halfBody;

	private Http awaitsContinue;

	private Http slowReader;

	private Http pipelining;

	private Http asynchronous;

	private Http eventStream;

	private WebSocketClient webSocket;

	private HttpClient http2;

	private List<CompletableFuture<HttpResponse<String>>> streams;

	private @Nullable Process nghttp;

	private @Nullable Process h2load;

	@BeforeParameterizedClassInvocation
	void handOver() throws Exception {
		this.clients.clear();
		this.app = this.sandbox.app(this.platform)
			.property("server.http2.enabled", true)
			.property("hotswap.drain.spread", "1s")
			.start();
		try {
			this.app.awaitServing();
			takePositions();
			this.app.signalHandoff(this.app.pid());
			this.successor = this.app.awaitSuccessorOf(this.app.pid());
		}
		catch (Exception | AssertionError ex) {
			System.out.println(this.app.output());
			try {
				this.sandbox.close();
			}
			catch (AssertionError left) {
				ex.addSuppressed(left);
			}
			throw ex;
		}
	}

	private void takePositions() throws Exception {
		this.nothingSent = connect();
		this.halfRequestLine = connect();
		this.halfRequestLine.send("GET /hel");
		this.halfBody = connect();
		this.halfBody.send(this.halfBody.head("POST", "/upload", "Content-Length: 10") + "first");
		this.awaitsContinue = connect();
		this.awaitsContinue
			.send(this.awaitsContinue.head("POST", "/cutover/upload", "Content-Length: 10", "Expect: 100-continue"));
		this.slowReader = connect();
		this.slowReader.send(this.slowReader.head("GET", "/cutover/download?bytes=" + DOWNLOAD, "Connection: close"));
		this.slowReader.awaitResponse();
		this.pipelining = connect();
		this.pipelining.send(this.pipelining.head("GET", "/cutover/wait") + this.pipelining.head("GET", "/hello"));
		this.asynchronous = connect();
		this.asynchronous.send(this.asynchronous.head("GET", "/cutover/async"));
		this.eventStream = connect();
		this.eventStream.send(this.eventStream.head("GET", "/cutover/events"));
		this.eventStream.awaitResponse();
		this.webSocket = new WebSocketClient(this.app.port());
		assertThat(this.webSocket.ask()).isEqualTo(Long.toString(this.app.pid()));
		this.streams = openStreams();
		String url = "http://127.0.0.1:" + this.app.port() + "/cutover/wait";
		this.nghttp = tool("nghttp", "-v", "-m", Integer.toString(STREAMS), url);
		this.h2load = tool("h2load", "-n", Integer.toString(STREAMS), "-c", "1", "-m", Integer.toString(STREAMS), url);
	}

	private Http connect() throws IOException {
		Http http = new Http(this.app.port(), TIMEOUT);
		this.clients.add(http);
		return http;
	}

	private List<CompletableFuture<HttpResponse<String>>> openStreams() throws Exception {
		this.http2 = HttpClient.newBuilder().version(Version.HTTP_2).build();
		// By an upgrade, after which the connection is there for the streams
		HttpResponse<String> first = this.http2.send(request("/hello"), BodyHandlers.ofString());
		assertThat(first.version()).isEqualTo(Version.HTTP_2);
		List<CompletableFuture<HttpResponse<String>>> streams = new ArrayList<>();
		for (int i = 0; i < STREAMS; i++) {
			streams.add(this.http2.sendAsync(request("/cutover/wait"), BodyHandlers.ofString()));
		}
		return streams;
	}

	private HttpRequest request(String path) {
		return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + this.app.port() + path))
			.timeout(TIMEOUT)
			.build();
	}

	private @Nullable Process tool(String name, String... arguments) throws IOException {
		if (Arrays.stream(System.getenv("PATH").split(":"))
			.noneMatch((folder) -> Files.isExecutable(Path.of(folder, name)))) {
			return null;
		}
		List<String> command = new ArrayList<>(List.of(name));
		command.addAll(List.of(arguments));
		Process process = new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(this.sandbox.folder().resolve(name + ".log").toFile())
			.start();
		this.clients.add(process::destroyForcibly);
		return process;
	}

	@AfterParameterizedClassInvocation
	void end() throws Exception {
		try {
			for (AutoCloseable client : this.clients) {
				client.close();
			}
			assertThat(this.app.awaitExit()).isZero();
			assertThat(this.app.awaitHistory(1).path("connections").path("cut").asInt()).isZero();
		}
		finally {
			this.sandbox.close();
		}
	}

	@Test
	void nothingSentYet() throws Exception {
		assertThat(this.nothingSent.get("/hello").pid()).isEqualTo(this.successor);
	}

	@Test
	void halfARequestLine() throws Exception {
		this.halfRequestLine.send("lo HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
		assertAnsweredByThePredecessor(this.halfRequestLine.receive());
		assertGoesOnWithTheSuccessor(this.halfRequestLine);
	}

	@Test
	void headCompleteAndBodyHalfSent() throws Exception {
		this.halfBody.send("other");
		assertAnsweredByThePredecessor(this.halfBody.receive());
		assertGoesOnWithTheSuccessor(this.halfBody);
	}

	@Test
	void continueAwaited() throws Exception {
		this.awaitsContinue.awaitResponse();
		this.awaitsContinue.send("0123456789");
		Answer answer = this.awaitsContinue.receive();
		assertAnsweredByThePredecessor(answer);
		assertThat(answer.json().path("bytes").asInt()).isEqualTo(10);
		assertGoesOnWithTheSuccessor(this.awaitsContinue);
	}

	@Test
	void responseHalfWrittenToASlowReader() throws Exception {
		String rest = this.slowReader.receiveAll();
		assertThat(rest).containsIgnoringCase("Transfer-Encoding: chunked").endsWith("\r\n0\r\n\r\n");
		assertThat(rest.chars().filter((character) -> character == 0).count()).isEqualTo(DOWNLOAD);
	}

	@Test
	void secondRequestPipelined() throws Exception {
		assertAnsweredByThePredecessor(this.pipelining.receiveFirst());
		assertAnsweredByThePredecessor(this.pipelining.receiveFirst());
		assertGoesOnWithTheSuccessor(this.pipelining);
	}

	@Test
	void asynchronousRequest() throws Exception {
		assertAnsweredByThePredecessor(this.asynchronous.receive());
		assertGoesOnWithTheSuccessor(this.asynchronous);
	}

	@Test
	void eventStreamEndsAndItsClientComesToTheSuccessor() throws Exception {
		Answer answer = this.eventStream.receive();
		assertThat(answer.headers()).containsEntry("transfer-encoding", "chunked");
		assertThat(answer.pid()).isEqualTo(this.app.pid());
		this.app.awaitOutput("FIXTURE event stream completed");
		assertGoesOnWithTheSuccessor(this.eventStream);
	}

	@Test
	void webSocketIsToldToComeToTheSuccessor() throws Exception {
		assertThat(this.webSocket.closed.get(30, TimeUnit.SECONDS)).isEqualTo(1012);
		this.app.awaitOutput("FIXTURE WebSocket closed: 1012");
		WebSocketClient again = new WebSocketClient(this.app.port());
		assertThat(again.ask()).isEqualTo(Long.toString(this.successor));
		again.socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(30, TimeUnit.SECONDS);
		assertThat(again.closed.get(30, TimeUnit.SECONDS)).isEqualTo(WebSocket.NORMAL_CLOSURE);
	}

	@Test
	void tenStreamsOfOneHttp2Connection() throws Exception {
		for (CompletableFuture<HttpResponse<String>> stream : this.streams) {
			HttpResponse<String> response = stream.get(30, TimeUnit.SECONDS);
			assertThat(response.version()).isEqualTo(Version.HTTP_2);
			assertThat(response.statusCode()).isEqualTo(200);
			assertThat(response.body()).contains("\"pid\":" + this.app.pid());
		}
		// Told by a GOAWAY once the connection rests, which the interval gives it time
		// for
		await().atMost(TIMEOUT).pollInterval(Duration.ofSeconds(1)).until(() -> {
			HttpResponse<String> response = this.http2.send(request("/hello"), BodyHandlers.ofString());
			return response.body().contains("\"pid\":" + this.successor);
		});
	}

	@Test
	void tenStreamsOfNghttp() throws Exception {
		String output = output(this.nghttp, "nghttp");
		assertThat(output.split("recv \\(stream_id=\\d+\\) :status: 200", -1)).hasSize(STREAMS + 1);
		assertThat(output).doesNotContain("RST_STREAM");
	}

	@Test
	void tenStreamsOfH2load() throws Exception {
		String output = output(this.h2load, "h2load");
		assertThat(output).contains("10 succeeded, 0 failed, 0 errored, 0 timeout");
	}

	private String output(@Nullable Process process, String name) throws Exception {
		assumeThat(process).as("%s of Debian's nghttp2-client, which .ci/install-test-tools installs", name)
			.isNotNull();
		assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
		String output = Files.readString(this.sandbox.folder().resolve(name + ".log"), StandardCharsets.ISO_8859_1);
		assertThat(process.exitValue()).as(output).isZero();
		return output;
	}

	private void assertAnsweredByThePredecessor(Answer answer) {
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.pid()).isEqualTo(this.app.pid());
		assertThat(answer.headers()).doesNotContainKey("connection");
	}

	/**
	 * The connection moves once its response is written; until then it is served where it
	 * was.
	 */
	private void assertGoesOnWithTheSuccessor(Http client) {
		await().atMost(TIMEOUT).until(() -> client.get("/hello").pid() == this.successor);
	}

	private static final class WebSocketClient implements WebSocket.Listener {

		private final WebSocket socket;

		private final CompletableFuture<String> answer = new CompletableFuture<>();

		private final CompletableFuture<Integer> closed = new CompletableFuture<>();

		WebSocketClient(int port) throws Exception {
			this.socket = HttpClient.newHttpClient()
				.newWebSocketBuilder()
				.buildAsync(URI.create("ws://127.0.0.1:" + port + "/web-socket"), this)
				.get(30, TimeUnit.SECONDS);
		}

		String ask() throws Exception {
			this.socket.sendText("?", true);
			return this.answer.get(30, TimeUnit.SECONDS);
		}

		@Override
		public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
			this.answer.complete(data.toString());
			webSocket.request(1);
			return null;
		}

		@Override
		public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
			this.closed.complete(statusCode);
			return null;
		}

		@Override
		public void onError(WebSocket webSocket, Throwable error) {
			this.closed.completeExceptionally(error);
		}

	}

}
