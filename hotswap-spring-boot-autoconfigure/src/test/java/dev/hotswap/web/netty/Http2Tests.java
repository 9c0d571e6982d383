package dev.hotswap.web.netty;

import java.io.EOFException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.hotswap.web.Http2TestClient;
import dev.hotswap.web.Http2TestClient.Frame;
import dev.hotswap.web.TestClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.boot.web.server.Http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for HTTP/2 connections.
 */
@ParameterizedClass
@EnumSource(TestTransport.class)
@Timeout(60)
class Http2Tests {

	@Parameter
	private TestTransport transport;

	private final CountDownLatch entered = new CountDownLatch(1);

	private final Sinks.Empty<Void> proceed = Sinks.empty();

	private TestNettyServer server;

	@BeforeEach
	void start() {
		this.server = TestNettyServer.start(this.transport, true, (factory) -> {
			Http2 http2 = new Http2();
			http2.setEnabled(true);
			factory.setHttp2(http2);
		}).handle("/wait", (request, response) -> {
			this.entered.countDown();
			return this.proceed.asMono()
				.then(Mono.defer(() -> response.writeWith(TestNettyServer.buffer(response, "waited"))));
		});
	}

	@AfterEach
	void stop() {
		this.proceed.tryEmitEmpty();
		this.server.close();
	}

	@Test
	void announcedByGoawayAndStreamsFinish() throws Exception {
		try (Http2TestClient client = new Http2TestClient(this.server.address());
				TestClient kept = this.server.connect()) {
			kept.get("/hello");
			int first = client.request("/hello");
			assertThat(text(client.readStream(first))).isEqualTo("hello");
			int second = client.request("/wait");
			this.server.handoff().announceEndAmidStreams();
			Frame goaway = client.read();
			assertThat(goaway.type()).isEqualTo(Http2TestClient.GOAWAY);
			assertThat(goaway.lastStream()).isEqualTo(Integer.MAX_VALUE);
			// On its way when the announcement came
			int third = client.request("/hello");
			assertThat(text(client.readStream(third))).isEqualTo("hello");
			Frame last = client.read();
			assertThat(last.type()).isEqualTo(Http2TestClient.GOAWAY);
			assertThat(last.lastStream()).isEqualTo(third);
			this.server.handoff().endIdle();
			this.proceed.tryEmitEmpty();
			assertThat(text(client.readStream(second))).isEqualTo("waited");
			assertThatExceptionOfType(EOFException.class).isThrownBy(client::read);
		}
		await().until(() -> this.server.handoff().census().total() == 0);
	}

	@Test
	void connectionIsAnnouncedOnceItRests() throws Exception {
		AtomicInteger looks = new AtomicInteger();
		ScheduledExecutorService drain = Executors.newSingleThreadScheduledExecutor();
		try (Http2TestClient client = new Http2TestClient(this.server.address())) {
			// Has the client acknowledge the server's settings now, not amid the rest
			client.readStream(client.request("/hello"));
			int stream = client.request("/wait");
			await().until(() -> this.entered.getCount() == 0);
			drain.scheduleWithFixedDelay(() -> {
				this.server.handoff().announceEndOfUpgraded();
				looks.incrementAndGet();
			}, 0, 10, TimeUnit.MILLISECONDS);
			// Longer than it has to rest
			await().until(() -> looks.get() > 20);
			long start = System.nanoTime();
			this.proceed.tryEmitEmpty();
			assertThat(client.readStream(stream)).extracting(Frame::type).doesNotContain(Http2TestClient.GOAWAY);
			assertThat(client.read().lastStream()).isEqualTo(Integer.MAX_VALUE);
			// It rests from the response on, not from the request
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(50));
		}
		finally {
			drain.shutdownNow();
		}
	}

	@Test
	void otherConnectionsAreNotAnnounced() throws Exception {
		this.server.handoff().announceEndOfUpgraded();
		try (TestClient kept = this.server.connect()) {
			assertThat(kept.get("/hello").announcesEnd()).isFalse();
			assertThat(kept.get("/hello").announcesEnd()).isFalse();
		}
	}

	@Test
	void http1ConnectionOfTheSameServerMoves() throws Exception {
		try (TestClient kept = this.server.connect(); TestClient fresh = this.server.connect()) {
			kept.get("/hello");
			this.server.awaitCensus(1, 0, 1);
			List<Boolean> moved = new ArrayList<>();
			await().until(() -> {
				for (var connection : this.server.handoff().giveUpIdle(256)) {
					moved.add(connection.kept());
					this.server.handoff().adopt(connection.descriptor(), connection.kept());
				}
				return moved.size() >= 2;
			});
			assertThat(moved).contains(true, false);
			assertThat(kept.get("/hello").status()).isEqualTo(200);
			assertThat(fresh.get("/hello").status()).isEqualTo(200);
		}
	}

	@Test
	void beginningOfAPrefaceStays() throws Exception {
		try (TestClient client = this.server.connect()) {
			client.send("PRI * HT");
			this.server.awaitCensus(1, 0, 0);
			await().until(() -> this.server.handoff().giveUpIdle(256).isEmpty());
			client.send("TP/2.0\r\n\r\nSM\r\n\r\n");
			client.send("\0\0\0\4\0\0\0\0\0");
			assertThat(client.in(9)).as("settings").hasSize(9);
		}
	}

	@Test
	void connectionThatComesLaterIsAnnounced() throws Exception {
		this.server.handoff().announceEndAmidStreams();
		try (Http2TestClient client = new Http2TestClient(this.server.address())) {
			int stream = client.request("/hello");
			List<Frame> frames = client.readStream(stream);
			while (frames.stream().noneMatch((frame) -> frame.type() == Http2TestClient.GOAWAY)) {
				frames.add(client.read());
			}
			assertThat(text(frames)).isEqualTo("hello");
		}
	}

	@Test
	void connectionWithoutStreamsEndsAndIsNeverGivenUp() throws Exception {
		try (Http2TestClient client = new Http2TestClient(this.server.address())) {
			int stream = client.request("/hello");
			client.readStream(stream);
			assertThat(this.server.handoff().giveUpIdle(256)).isEmpty();
			await().until(() -> {
				this.server.handoff().endIdle();
				return this.server.handoff().census().total() == 0;
			});
			Frame goaway = client.read();
			assertThat(goaway.type()).isEqualTo(Http2TestClient.GOAWAY);
			assertThat(goaway.lastStream()).isEqualTo(stream);
			assertThatExceptionOfType(EOFException.class).isThrownBy(client::read);
		}
	}

	private static String text(List<Frame> frames) {
		StringBuilder text = new StringBuilder();
		frames.stream()
			.filter((frame) -> frame.type() == Http2TestClient.DATA)
			.forEach((frame) -> text.append(frame.text()));
		return text.toString();
	}

}
