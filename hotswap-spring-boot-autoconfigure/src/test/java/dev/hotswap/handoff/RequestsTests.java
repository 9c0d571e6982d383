package dev.hotswap.handoff;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import dev.hotswap.HandoffRefusedException;
import dev.hotswap.Stage;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Requests}.
 */
class RequestsTests {

	private final Requests requests = new Requests();

	private final List<Long> asked = new ArrayList<>();

	@Test
	void answersGoToTheirQuestion() {
		CompletableFuture<String> first = this.requests.ask(this.asked::add);
		CompletableFuture<String> second = this.requests.ask(this.asked::add);
		this.requests.accept(new Action.Accept(this.asked.get(1), "h2"));
		assertThat(second).isCompletedWithValue("h2");
		assertThat(first).isNotDone();
		this.requests.accept(new Action.Accept(this.asked.get(0), "h1"));
		assertThat(first).isCompletedWithValue("h1");
	}

	@Test
	void refusalTellsWhatRuns() {
		CompletableFuture<String> answer = this.requests.ask(this.asked::add);
		this.requests.reject(new Action.Reject(this.asked.get(0), "h1", Stage.START, "One at a time."));
		assertThat(answer).failsWithin(Duration.ZERO)
			.withThrowableOfType(java.util.concurrent.ExecutionException.class)
			.havingCause()
			.isInstanceOfSatisfying(HandoffRefusedException.class, (refused) -> {
				assertThat(refused).hasMessage("One at a time.");
				assertThat(refused.getRunningId()).isEqualTo("h1");
				assertThat(refused.getStage()).isEqualTo(Stage.START);
			});
	}

	@Test
	void answerWhileTheQuestionIsAskedIsNotLost() {
		assertThat(this.requests.ask((number) -> this.requests.accept(new Action.Accept(number, "h1"))))
			.isCompletedWithValue("h1");
	}

	@Test
	void answerToNobodyIsIgnored() {
		CompletableFuture<String> answer = this.requests.ask(this.asked::add);
		this.requests.accept(new Action.Accept(this.asked.get(0) + 1, "h1"));
		this.requests.reject(new Action.Reject(this.asked.get(0) + 1, null, Stage.IDLE, "No."));
		assertThat(answer).isNotDone();
	}

}
