package dev.hotswap.handoff;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;

import dev.hotswap.HandoffRefusedException;

/**
 * Who waits for an answer of the state machine, by number. Thread-safe.
 */
final class Requests {

	/** The machine answers at once, unless this process is stopping. */
	private static final Duration LIMIT = Duration.ofSeconds(30);

	private final AtomicLong numbers = new AtomicLong();

	private final Map<Long, CompletableFuture<String>> waiting = new ConcurrentHashMap<>();

	CompletableFuture<String> ask(LongConsumer question) {
		CompletableFuture<String> answer = new CompletableFuture<>();
		ask(question, answer);
		return answer;
	}

	/**
	 * Ask, and hear the answer before whatever the machine does next: on its thread.
	 */
	void ask(LongConsumer question, BiConsumer<? super String, ? super Throwable> hear) {
		CompletableFuture<String> answer = new CompletableFuture<>();
		answer.whenComplete(hear);
		ask(question, answer);
	}

	private void ask(LongConsumer question, CompletableFuture<String> answer) {
		long number = this.numbers.incrementAndGet();
		this.waiting.put(number, answer);
		answer.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
			.whenComplete((id, problem) -> this.waiting.remove(number));
		question.accept(number);
	}

	void accept(Action.Accept accept) {
		CompletableFuture<String> answer = this.waiting.remove(accept.request());
		if (answer != null) {
			answer.complete(accept.handoffId());
		}
	}

	void reject(Action.Reject reject) {
		CompletableFuture<String> answer = this.waiting.remove(reject.request());
		if (answer != null) {
			answer.completeExceptionally(
					new HandoffRefusedException(reject.message(), reject.handoffId(), reject.stage()));
		}
	}

}
