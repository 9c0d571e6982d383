package dev.hotswap.web.tomcat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.hotswap.web.TestClient.Response;
import dev.hotswap.web.TestClient;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for announcing the end of connections.
 */
@Timeout(120)
class AnnounceEndTests {

	private final CountDownLatch entered = new CountDownLatch(1);

	private final CountDownLatch proceed = new CountDownLatch(1);

	private final TestServer server = TestServer.start(true);

	@AfterEach
	void stop() {
		this.proceed.countDown();
		this.server.close();
	}

	@Test
	void keptConnectionEndsWithItsNextResponse() throws Exception {
		try (TestClient client = this.server.connect()) {
			assertThat(client.get("/hello").announcesEnd()).isFalse();
			this.server.handoff().announceEnd();
			Response response = client.get("/hello");
			assertThat(response.body()).isEqualTo("hello");
			assertThat(response.announcesEnd()).isTrue();
			assertThat(client.readToEnd()).isEmpty();
		}
		awaitNoConnection();
		assertThat(this.server.handoff().figures().announced()).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(ints = { 200, 204, 304, 404 })
	void requestInProgressIsAnnouncedWithAnyStatus(int status) throws Exception {
		handleAfterAnnouncement((request, response) -> response.setStatus(status));
		assertEnds("GET", status);
	}

	@Test
	void responseToHeadIsAnnounced() throws Exception {
		handleAfterAnnouncement((request, response) -> response.setContentLength(0));
		assertEnds("HEAD", 200);
	}

	@Test
	void responseOfUnknownLengthStaysChunked() throws Exception {
		handleAfterAnnouncement((request, response) -> {
			response.getWriter().print("first");
			response.flushBuffer();
			response.getWriter().print("second");
		});
		Response response = assertEnds("GET", 200);
		assertThat(response.headers()).containsEntry("transfer-encoding", "chunked");
		assertThat(response.body()).isEqualTo("firstsecond");
	}

	@Test
	void sentFileIsAnnounced(@TempDir Path folder) throws Exception {
		// Larger than the socket's buffers, so that the poller sends the rest
		File file = Files.write(folder.resolve("file"), new byte[20_000_000]).toFile();
		handleAfterAnnouncement((request, response) -> sendFile(request, response, file));
		Response response = assertEnds("GET", 200);
		assertThat(response.body()).hasSize(20_000_000);
	}

	@Test
	void sentFileIsAnnouncedAndPipelinedInputCausesNoReset(@TempDir Path folder) throws Exception {
		File file = Files.write(folder.resolve("file"), new byte[20_000_000]).toFile();
		handleAfterAnnouncement((request, response) -> sendFile(request, response, file));
		try (TestClient client = this.server.connect()) {
			client.request("/test");
			await(this.entered);
			this.server.handoff().announceEnd();
			this.proceed.countDown();
			assertThat(client.in(1)).isEqualTo("H");
			client.request("/hello");
			assertThat(client.readToEnd()).hasSizeGreaterThan(20_000_000);
		}
	}

	private static void sendFile(HttpServletRequest request, HttpServletResponse response, File file) {
		response.setContentLengthLong(file.length());
		request.setAttribute("org.apache.tomcat.sendfile.filename", file.getPath());
		request.setAttribute("org.apache.tomcat.sendfile.start", 0L);
		request.setAttribute("org.apache.tomcat.sendfile.end", file.length());
	}

	@ParameterizedTest
	@ValueSource(ints = { 200, 204 })
	void asynchronousRequestIsAnnounced(int status) throws Exception {
		CompletableFuture<AsyncContext> async = new CompletableFuture<>();
		this.server.handle("/async", (request, response) -> async.complete(request.startAsync()));
		try (TestClient client = this.server.connect()) {
			client.request("/async");
			AsyncContext context = async.get(20, TimeUnit.SECONDS);
			this.server.handoff().announceEnd();
			((HttpServletResponse) context.getResponse()).setStatus(status);
			context.complete();
			Response response = client.read();
			assertThat(response.status()).isEqualTo(status);
			assertThat(response.announcesEnd()).isTrue();
			assertThat(client.readToEnd()).isEmpty();
		}
	}

	@Test
	void asynchronousResponseCommittedByTheApplicationsThreadIsAnnounced() throws Exception {
		CompletableFuture<AsyncContext> async = new CompletableFuture<>();
		this.server.handle("/async", (request, response) -> async.complete(request.startAsync()));
		try (TestClient client = this.server.connect()) {
			client.request("/async");
			AsyncContext context = async.get(20, TimeUnit.SECONDS);
			this.server.handoff().announceEnd();
			context.getResponse().getWriter().print("late");
			context.getResponse().flushBuffer();
			context.complete();
			Response response = client.read();
			assertThat(response.body()).isEqualTo("late");
			assertThat(response.announcesEnd()).isTrue();
			assertThat(client.readToEnd()).isEmpty();
		}
	}

	@Test
	void committedResponseIsFollowedByAnAnnouncedOne() throws Exception {
		this.server.handle("/test", (request, response) -> {
			response.getWriter().print("first");
			response.flushBuffer();
			this.entered.countDown();
			await(this.proceed);
		});
		try (TestClient client = this.server.connect()) {
			client.request("/test");
			await(this.entered);
			this.server.handoff().announceEnd();
			this.proceed.countDown();
			assertThat(client.read().announcesEnd()).isFalse();
			assertThat(client.get("/hello").announcesEnd()).isTrue();
			assertThat(client.readToEnd()).isEmpty();
		}
	}

	@Test
	void pipelinedRequestsAreAnsweredAndTheLastIsAnnounced() throws Exception {
		handleAfterAnnouncement((request, response) -> response.getWriter().print("one"));
		try (TestClient client = this.server.connect()) {
			client.send("GET /test HTTP/1.1\r\nHost: localhost\r\n\r\nGET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
			await(this.entered);
			this.server.handoff().announceEnd();
			this.proceed.countDown();
			assertThat(client.read().announcesEnd()).isFalse();
			Response last = client.read();
			assertThat(last.body()).isEqualTo("hello");
			assertThat(last.announcesEnd()).isTrue();
			assertThat(client.readToEnd()).isEmpty();
			assertThat(this.server.handoff().figures().announced()).isEqualTo(1);
		}
	}

	@Test
	void inputThatNobodyReadsCausesNoReset() throws Exception {
		handleAfterAnnouncement((request, response) -> response.getWriter().print("enough"));
		try (TestClient client = this.server.connect()) {
			client.send("POST /test HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000000\r\n\r\nbegin");
			await(this.entered);
			this.server.handoff().announceEnd();
			this.proceed.countDown();
			client.send("x".repeat(1_000_000));
			Response response = client.read();
			assertThat(response.body()).isEqualTo("enough");
			assertThat(response.announcesEnd()).isTrue();
			// Beyond what Tomcat swallows
			client.send("x".repeat(5_000_000));
			assertThat(client.readToEnd()).isEmpty();
			assertThat(this.server.handoff().census().active()).isEqualTo(1);
		}
		awaitNoConnection();
	}

	@Test
	void applicationsOwnKeepAliveHeaderIsReplaced() throws Exception {
		handleAfterAnnouncement((request, response) -> response.setHeader("Connection", "keep-alive"));
		assertEnds("GET", 200);
	}

	@Test
	void openingTheGateTakesTheAnnouncementBack() throws Exception {
		this.server.handoff().announceEnd();
		this.server.handoff().openGate();
		try (TestClient client = this.server.connect()) {
			assertThat(client.get("/hello").announcesEnd()).isFalse();
			assertThat(client.get("/hello").status()).isEqualTo(200);
		}
	}

	private void handleAfterAnnouncement(TestServer.Handler handler) {
		this.server.handle("/test", (request, response) -> {
			this.entered.countDown();
			await(this.proceed);
			handler.handle(request, response);
		});
	}

	private Response assertEnds(String method, int status) throws IOException {
		try (TestClient client = this.server.connect()) {
			client.send(method + " /test HTTP/1.1\r\nHost: localhost\r\n\r\n");
			await(this.entered);
			this.server.handoff().announceEnd();
			this.proceed.countDown();
			Response response = client.read();
			assertThat(response.status()).isEqualTo(status);
			assertThat(response.announcesEnd()).isTrue();
			assertThat(client.readToEnd()).isEmpty();
			return response;
		}
	}

	private void awaitNoConnection() {
		Awaitility.await().untilAsserted(() -> assertThat(this.server.handoff().census().total()).isZero());
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
