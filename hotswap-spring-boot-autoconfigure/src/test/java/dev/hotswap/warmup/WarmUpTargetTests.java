package dev.hotswap.warmup;

import java.util.Map;

import dev.hotswap.web.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link WarmUpTarget}.
 */
class WarmUpTargetTests {

	private final WarmUpTarget configured = new WarmUpTarget(WarmUpRequest.parse("/x"));

	private final WarmUpTarget recorded = new WarmUpTarget(
			WarmUpRequest.of(new RecordedRequest("server", "GET", "/x", Map.of(), 1)));

	@ParameterizedTest
	@ValueSource(ints = { 200, 204, 302 })
	void successIsNoFailure(int status) {
		answer(this.configured, status, 3);
		assertThat(this.configured.failure()).isEmpty();
		assertThat(this.configured.isGivenUp()).isFalse();
		assertThat(this.configured.isAnswered()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(ints = { 401, 403, 404 })
	void clientErrorIsAFailureOfAConfiguredRequestWhichGoesOn(int status) {
		answer(this.configured, status, 3);
		assertThat(this.configured.failure()).singleElement()
			.hasToString("the request GET /x failed (status " + status + ")");
		assertThat(this.configured.isGivenUp()).isFalse();
	}

	@Test
	void recordedRequestGoesOnWithoutItsCredentials() {
		answer(this.recorded, 401, 3);
		assertThat(this.recorded.isGivenUp()).isFalse();
	}

	@Test
	void recordedRequestOfARouteThatIsGoneIsGivenUp() {
		answer(this.recorded, 404, 2);
		assertThat(this.recorded.isGivenUp()).isTrue();
	}

	@Test
	void serverErrorsInARowAreGivenUp() {
		answer(this.configured, 500, 1);
		answer(this.configured, 200, 1);
		answer(this.configured, 500, 1);
		assertThat(this.configured.isGivenUp()).isFalse();
		assertThat(this.configured.failure()).isEmpty();
		answer(this.configured, 500, 1);
		assertThat(this.configured.isGivenUp()).isTrue();
		assertThat(this.configured.failure()).hasSize(1);
	}

	@Test
	void missingResponsesInARowAreGivenUp() {
		this.configured.failed("no response");
		assertThat(this.configured.isGivenUp()).isFalse();
		this.configured.failed("no response");
		assertThat(this.configured.isGivenUp()).isTrue();
		assertThat(this.configured.isAnswered()).isFalse();
	}

	@Test
	void requestThatWasNeverAnsweredIsSentOnceAtATime() {
		assertThat(this.configured.begin()).isTrue();
		assertThat(this.configured.begin()).isFalse();
		this.configured.ended();
		assertThat(this.configured.failure()).singleElement()
			.hasToString("the request GET /x failed (no response in time)");
		assertThat(this.configured.begin()).isTrue();
		answer(this.configured, 200, 1);
		assertThat(this.configured.begin()).isTrue();
		assertThat(this.configured.failure()).isEmpty();
	}

	@Test
	void requestIsQuickWhoseLastAnswerCameAtOnce() {
		assertThat(this.configured.isQuick()).isFalse();
		this.configured.answered(200, 5_000_000);
		assertThat(this.configured.isQuick()).isFalse();
		this.configured.answered(200, 4_999_999);
		assertThat(this.configured.isQuick()).isTrue();
	}

	private static void answer(WarmUpTarget target, int status, int times) {
		for (int i = 0; i < times; i++) {
			target.answered(status, 1);
		}
	}

}
