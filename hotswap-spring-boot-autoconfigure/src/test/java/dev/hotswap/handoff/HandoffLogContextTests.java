package dev.hotswap.handoff;

import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for {@link HandoffLogContext}.
 */
class HandoffLogContextTests {

	@AfterEach
	void clear() {
		HandoffLogContext.set(null);
	}

	@Test
	void idIsInTheContextUntilItIsTakenOut() {
		HandoffLogContext.set("h1");
		assertThat(MDC.get("hotswap.handoff")).isEqualTo("h1");
		HandoffLogContext.set(null);
		assertThat(MDC.get("hotswap.handoff")).isNull();
	}

	@Test
	void taskOfAnotherThreadLogsForTheSameHandoff() {
		HandoffLogContext.set("h1");
		CompletableFuture<String> logged = new CompletableFuture<>();
		Runnable task = HandoffLogContext.carry(() -> logged.complete(MDC.get("hotswap.handoff")));
		HandoffLogContext.set("h2");
		task.run();
		assertThat(logged).isCompletedWithValue("h1");
		assertThat(MDC.get("hotswap.handoff")).as("of this thread").isEqualTo("h2");
	}

	@Test
	void taskThatFailsLeavesNothingBehind() {
		Runnable task = HandoffLogContext.about("h1", () -> {
			throw new IllegalStateException();
		});
		assertThat(catchThrowable(task::run)).isInstanceOf(IllegalStateException.class);
		assertThat(MDC.get("hotswap.handoff")).isNull();
	}

}
