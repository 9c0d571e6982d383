package dev.hotswap.web.tomcat;

import java.io.EOFException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.hotswap.web.Http2TestClient.Frame;
import dev.hotswap.web.Http2TestClient;
import dev.hotswap.web.TestClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.web.server.Http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for HTTP/2 connections.
 */
@Timeout(120)
class Http2Tests {

	private final CountDownLatch entered = new CountDownLatch(1);

	private final CountDownLatch proceed = new CountDownLatch(1);

	private final TestServer server = TestServer.start(true, (factory) -> {
		Http2 http2 = new Http2();
		http2.setEnabled(true);
		factory.setHttp2(http2);
	}).handle("/wait", (request, response) -> {
		this.entered.countDown();
		this.proceed.await(20, TimeUnit.SECONDS);
		response.getWriter().print("waited");
	});

	@AfterEach
	void stop() {
		this.proceed.countDown();
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
			this.server.handoff().endIdle();
			this.proceed.countDown();
			assertThat(text(client.readStream(second))).isEqualTo("waited");
		}
		await().until(() -> this.server.handoff().census().active() == 0);
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
			this.proceed.countDown();
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
				// The stream's thread may not have left it yet
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
