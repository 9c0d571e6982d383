package dev.hotswap.web;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RequestRecorder}.
 */
class RequestRecorderTests {

	private final RequestRecorder recorder = new RequestRecorder(true);

	@Test
	void requestIsKeptWithoutCredentials() {
		Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		headers.putAll(Map.of("accept", "text/html", "host", "shop", "Authorization", "Bearer x", "Cookie", "a=b",
				"Proxy-Authorization", "Basic x", "X-Api-Key", "x", "X-Auth-Token", "x", "User-Agent", "curl"));
		RecordedRequest request = this.recorder.candidate("server", "GET", "/orders", headers::get);
		assertThat(request).isNotNull();
		assertThat(request.headers())
			.containsExactlyInAnyOrderEntriesOf(Map.of("Accept", "text/html", "Host", "shop", "User-Agent", "curl"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "/", "/hello", "/v1/orders/4711", "/orders/4711/items", "/static/app-1.2.js", "/a//b",
			"/.well-known/x_y~z" })
	void plainPathIsRecorded(String target) {
		assertThat(this.recorder.candidate("server", "GET", target, (name) -> null)).isNotNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/hello?token=x", "/hello?", "/hello;jsessionid=ABC", "*", "http://shop/hello", "hello",
			"/reset/9f8e7d6c5b4a39281706", "/orders/550e8400-e29b-41d4-a716-446655440000", "/a%2Fb", "/caf\u00e9",
			"/user@example.org", "/hello world", "/hello\r\nCookie: x",
			"/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
			"/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" })
	void pathWithWhatCouldBeACredentialIsNotRecorded(String target) {
		assertThat(this.recorder.candidate("server", "GET", target, (name) -> null)).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get" })
	void otherMethodIsNotRecorded(String method) {
		assertThat(this.recorder.candidate("server", method, "/hello", (name) -> null)).isNull();
	}

	@Test
	void warmUpIsNotRecorded() {
		assertThat(this.recorder.candidate("server", "GET", "/hello",
				(name) -> name.equals("X-Hotswap-Warm-Up") ? "1" : null))
			.isNull();
	}

	@Test
	void headerThatIsLongOrStrangeIsLeftOut() {
		RecordedRequest request = this.recorder.candidate("server", "GET", "/hello", (name) -> switch (name) {
			case "Accept" -> "x".repeat(257);
			case "User-Agent" -> "a\r\nCookie: b";
			case "Host" -> "shop";
			default -> null;
		});
		assertThat(request).isNotNull();
		assertThat(request.headers()).containsOnlyKeys("Host");
	}

	@Test
	void onlyQuickSuccessIsRecorded() {
		long now = System.nanoTime();
		this.recorder.served(request("/moved"), 302, null, now);
		this.recorder.served(request("/missing"), 404, null, now);
		this.recorder.served(request("/broken"), 500, null, now);
		this.recorder.served(request("/events"), 200, "text/event-stream;charset=UTF-8", now);
		this.recorder.served(request("/slow"), 200, null, now - TimeUnit.SECONDS.toNanos(2));
		assertThat(this.recorder.sample()).isEmpty();
		this.recorder.served(request("/hello"), 200, null, now);
		assertThat(this.recorder.sample()).hasSize(1);
	}

	@Test
	void identifiersMakeOneKindOfWhichTheLatestIsKept() {
		serve("/v1/orders/1", 1);
		serve("/v1/orders/23", 1);
		serve("/v1/orders", 1);
		serve("/v2/orders", 1);
		assertThat(this.recorder.sample()).extracting(RecordedRequest::path)
			.containsExactlyInAnyOrder("/v1/orders/23", "/v1/orders", "/v2/orders");
		assertThat(this.recorder.sample().get(0).weight()).isEqualTo(2);
	}

	@Test
	void sampleOfThePredecessorIsPassedOn() {
		serve("/orders/1", 3);
		RequestRecorder successor = new RequestRecorder(true);
		successor.inherit(this.recorder.sample());
		assertThat(successor.sample()).isEqualTo(this.recorder.sample());
		RecordedRequest later = successor.candidate("server", "GET", "/orders/2", (name) -> null);
		successor.served(later, 200, null, System.nanoTime());
		assertThat(successor.sample()).singleElement().satisfies((request) -> {
			assertThat(request.path()).isEqualTo("/orders/2");
			assertThat(request.weight()).isEqualTo(4);
		});
		RequestRecorder off = new RequestRecorder(false);
		off.inherit(this.recorder.sample());
		assertThat(off.sample()).isEmpty();
	}

	@Test
	void frequentKindOutlivesManyRareOnes() {
		serve("/frequent", 200);
		for (int i = 0; i < 500; i++) {
			serve("/rare" + (char) ('a' + i % 26) + (char) ('a' + i / 26), 1);
		}
		List<RecordedRequest> sample = this.recorder.sample();
		assertThat(sample).hasSize(64);
		assertThat(sample.get(0).path()).isEqualTo("/frequent");
	}

	@Test
	void sampleIsSmallWhateverWasServed() {
		for (int i = 0; i < 64; i++) {
			String path = "/" + (char) ('a' + i % 26) + (char) ('a' + i / 26) + "/" + "abcdefgh/".repeat(20);
			RecordedRequest request = this.recorder.candidate("server", "GET", path,
					(name) -> name.startsWith("X-") ? null : "x".repeat(256));
			assertThat(request).isNotNull();
			this.recorder.served(request, 200, null, System.nanoTime());
		}
		assertThat(this.recorder.sample()).hasSizeBetween(30, 50);
	}

	@Test
	void aBurstAndThenAHundredRequestsASecondAreTaken() {
		long now = System.nanoTime() + TimeUnit.HOURS.toNanos(1);
		assertThat(taken(now, 1000)).isEqualTo(101);
		assertThat(taken(now + TimeUnit.MILLISECONDS.toNanos(5), 1000)).isZero();
		assertThat(taken(now + TimeUnit.MILLISECONDS.toNanos(50), 1000)).isEqualTo(5);
	}

	private int taken(long now, int requests) {
		int taken = 0;
		for (int i = 0; i < requests; i++) {
			taken += this.recorder.takes(now) ? 1 : 0;
		}
		return taken;
	}

	@Test
	void nothingIsTakenWhereRecordingIsOff() {
		assertThat(new RequestRecorder(false).takes(System.nanoTime())).isFalse();
	}

	private void serve(String path, int times) {
		for (int i = 0; i < times; i++) {
			this.recorder.served(request(path), 200, null, System.nanoTime());
		}
	}

	private RecordedRequest request(String path) {
		return new RecordedRequest("server", "GET", path, Map.of(), 1);
	}

}
