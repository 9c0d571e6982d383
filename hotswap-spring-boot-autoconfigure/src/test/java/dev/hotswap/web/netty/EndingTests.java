package dev.hotswap.web.netty;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import dev.hotswap.web.Census;
import dev.hotswap.web.TestClient;
import dev.hotswap.web.TestClient.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.http.HttpStatus;
import org.springframework.http.ZeroCopyHttpOutputMessage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for announcing the end of connections, and for ending idle ones.
 */
@ParameterizedClass
@EnumSource(TestTransport.class)
@Timeout(60)
class EndingTests {

	@Parameter
	private TestTransport transport;

	private final Sinks.Empty<Void> proceed = Sinks.empty();

	private TestNettyServer server;

	@BeforeEach
	void start() {
		this.server = TestNettyServer.start(this.transport, true);
	}

	@AfterEach
	void stop() {
		this.proceed.tryEmitEmpty();
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
		this.server.awaitCensus(0, 0, 0);
		assertThat(this.server.handoff().figures().announced()).isEqualTo(1);
	}

	@Test
	void requestInProgressIsAnnouncedWithAnyStatus() throws Exception {
		for (HttpStatus status : new HttpStatus[] { HttpStatus.OK, HttpStatus.NO_CONTENT, HttpStatus.NOT_MODIFIED,
				HttpStatus.NOT_FOUND }) {
			Sinks.Empty<Void> later = Sinks.empty();
			this.server.handle("/test", (request, response) -> {
				response.setStatusCode(status);
				return later.asMono().then(Mono.defer(response::setComplete));
			});
			this.server.handoff().openGate();
			try (TestClient client = this.server.connect()) {
				client.request("/test");
				await().until(() -> this.server.handoff().census().active() == 1);
				this.server.handoff().announceEnd();
				later.tryEmitEmpty();
				Response response = client.read();
				assertThat(response.status()).isEqualTo(status.value());
				assertThat(response.announcesEnd()).isTrue();
				assertThat(client.readToEnd()).isEmpty();
			}
			this.server.awaitCensus(0, 0, 0);
		}
	}

	@Test
	void responseOfUnknownLengthStaysChunked() throws Exception {
		this.server.handle("/test",
				(request, response) -> response
					.writeAndFlushWith(Flux.concat(Mono.just(TestNettyServer.buffer(response, "first")),
							this.proceed.asMono().then(Mono.just(TestNettyServer.buffer(response, "second"))))));
		this.server.handoff().announceEnd();
		try (TestClient client = this.server.connect()) {
			client.request("/test");
			this.proceed.tryEmitEmpty();
			Response response = client.read();
			assertThat(response.headers()).containsEntry("transfer-encoding", "chunked");
			assertThat(response.body()).isEqualTo("firstsecond");
			assertThat(response.announcesEnd()).isTrue();
			assertThat(client.readToEnd()).isEmpty();
		}
	}

	@Test
	void sentFileIsAnnouncedAndPipelinedInputCausesNoReset(@TempDir Path folder) throws Exception {
		// Larger than the socket's buffers
		Path file = Files.write(folder.resolve("file"), new byte[20_000_000]);
		this.server.handle("/file", (request, response) -> {
			response.getHeaders().setContentLength(20_000_000);
			return ((ZeroCopyHttpOutputMessage) response).writeWith(file, 0, 20_000_000);
		});
		this.server.handoff().announceEnd();
		try (TestClient client = this.server.connect()) {
			client.request("/file");
			assertThat(client.in(1)).isEqualTo("H");
			client.send(
					"POST /hello HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n" + "x".repeat(100_000));
			assertThat(client.readToEnd()).hasSizeGreaterThan(20_000_000);
		}
	}

	@Test
	void committedResponseIsFollowedByAnAnnouncedOne() throws Exception {
		this.server.handle("/test",
				(request, response) -> response
					.writeAndFlushWith(Flux.concat(Mono.just(TestNettyServer.buffer(response, "first")),
							this.proceed.asMono().then(Mono.just(TestNettyServer.buffer(response, "second"))))));
		try (TestClient client = this.server.connect()) {
			client.request("/test");
			assertThat(client.in(1)).isEqualTo("H");
			this.server.handoff().announceEnd();
			this.proceed.tryEmitEmpty();
			assertThat(client.in("TTP/1.1 200 OK".length())).isEqualTo("TTP/1.1 200 OK");
			String rest = "";
			while (!rest.endsWith("\r\n0\r\n\r\n")) {
				rest += client.in(1);
			}
			assertThat(rest).doesNotContainIgnoringCase("connection: close");
			assertThat(client.get("/hello").announcesEnd()).isTrue();
			assertThat(client.readToEnd()).isEmpty();
		}
	}

	@Test
	void pipelinedRequestsAreAnsweredAndTheLastIsAnnounced() throws Exception {
		this.server.handle("/wait", (request, response) -> this.proceed.asMono());
		try (TestClient client = this.server.connect()) {
			client.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\nGET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
			await().until(() -> this.server.handoff().census().active() == 1);
			this.server.handoff().announceEnd();
			this.proceed.tryEmitEmpty();
			assertThat(client.read().announcesEnd()).isFalse();
			Response last = client.read();
			assertThat(last.body()).isEqualTo("hello");
			assertThat(last.announcesEnd()).isTrue();
			assertThat(client.readToEnd()).isEmpty();
			assertThat(this.server.handoff().figures().announced()).isEqualTo(1);
		}
	}

	@Test
	void requestThatHasBegunToArriveIsAnswered() throws Exception {
		this.server.handle("/wait", (request, response) -> this.proceed.asMono());
		try (TestClient client = this.server.connect()) {
			client.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\nGET /hel");
			await().until(() -> this.server.handoff().census().active() == 1);
			this.server.handoff().announceEnd();
			this.proceed.tryEmitEmpty();
			assertThat(client.read().announcesEnd()).isFalse();
			client.send("lo HTTP/1.1\r\nHost: localhost\r\n\r\n");
			assertThat(client.read().announcesEnd()).isTrue();
		}
	}

	@Test
	void inputThatNobodyReadsCausesNoReset() throws Exception {
		this.server.text("/test", "enough");
		this.server.handoff().announceEnd();
		try (TestClient client = this.server.connect()) {
			client.send("POST /test HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000000\r\n\r\nbegin");
			client.send("x".repeat(1_000_000));
			Response response = client.read();
			assertThat(response.body()).isEqualTo("enough");
			assertThat(response.announcesEnd()).isTrue();
			client.send("x".repeat(5_000_000));
			assertThat(client.readToEnd()).isEmpty();
			assertThat(this.server.handoff().census()).isEqualTo(new Census(0, 1, 0));
		}
		this.server.awaitCensus(0, 0, 0);
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

	@Test
	void idleAndFreshConnectionsEndAndOthersStay() throws Exception {
		this.server.handle("/wait", (request, response) -> this.proceed.asMono());
		try (TestClient fresh = this.server.connect();
				TestClient idle = this.server.connect();
				TestClient active = this.server.connect();
				TestClient halfSent = this.server.connect()) {
			idle.get("/hello");
			active.request("/wait");
			halfSent.get("/hello");
			halfSent.send("GET /hel");
			this.server.awaitCensus(1, 1, 2);
			await().until(() -> this.server.handoff().endIdle() + this.server.handoff().figures().ended() >= 2);
			assertThat(fresh.readToEnd()).isEmpty();
			assertThat(idle.readToEnd()).isEmpty();
			this.proceed.tryEmitEmpty();
			assertThat(active.read().status()).isEqualTo(200);
			halfSent.send("lo HTTP/1.1\r\nHost: localhost\r\n\r\n");
			assertThat(halfSent.read().status()).isEqualTo(200);
			fresh.close();
			idle.close();
			this.server.awaitCensus(0, 0, 2);
			assertThat(this.server.handoff().figures().ended()).isEqualTo(2);
		}
	}

	@Test
	void usedConnectionIsNotEndedAsUnused() throws Exception {
		try (TestClient client = this.server.connect()) {
			client.get("/hello");
			this.server.awaitCensus(0, 0, 1);
			assertThat(this.server.handoff().endIdle(Duration.ofSeconds(10))).isZero();
			await().until(() -> this.server.handoff().endIdle(Duration.ofMillis(20)) == 1);
			assertThat(client.readToEnd()).isEmpty();
		}
	}

	@Test
	void requestAfterTheEndIsNotAnsweredWithAReset() throws Exception {
		try (TestClient client = this.server.connect()) {
			client.get("/hello");
			this.server.awaitCensus(0, 0, 1);
			assertThat(this.server.handoff().endIdle()).isEqualTo(1);
			client.request("/hello");
			client.request("/hello");
			assertThat(client.readToEnd()).isEmpty();
			assertThat(this.server.handoff().census()).isEqualTo(new Census(0, 1, 0));
			assertThat(this.server.handoff().giveUpIdle(256)).isEmpty();
		}
		this.server.awaitCensus(0, 0, 0);
	}

	@Test
	void clientThatDoesNotEndIsClosedAfterABound() throws Exception {
		try (TestClient client = this.server.connect()) {
			client.get("/hello");
			this.server.awaitCensus(0, 0, 1);
			this.server.handoff().endIdle();
			await().atMost(PoliteEnd.TIMEOUT.plusSeconds(10)).until(() -> this.server.handoff().census().total() == 0);
			assertThat(client.readToEnd()).isEmpty();
		}
	}

}
