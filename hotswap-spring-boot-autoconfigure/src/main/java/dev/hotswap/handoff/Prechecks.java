package dev.hotswap.handoff;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.hotswap.HandoffPrecheck;
import dev.hotswap.HandoffTrigger;
import org.jspecify.annotations.Nullable;

/**
 * Asks every precheck, each within a time limit: the application's beans first, since one
 * of them knows whether there are descriptors left, which our own need.
 */
final class Prechecks {

	private static final Duration LIMIT = Duration.ofSeconds(10);

	private static final int SPELLS = 20;

	private final Map<String, HandoffPrecheck> ours;

	private final Duration limit;

	private volatile @Nullable HandoffApplication application;

	Prechecks(Map<String, HandoffPrecheck> ours) {
		this(ours, LIMIT);
	}

	Prechecks(Map<String, HandoffPrecheck> ours, Duration limit) {
		this.ours = ours;
		this.limit = limit;
	}

	void attach(HandoffApplication application) {
		this.application = application;
	}

	/**
	 * The first refusal, or {@code null} when all agree.
	 */
	@Nullable String refusal(HandoffTrigger trigger) {
		String refusal = ofApplication(trigger);
		return (refusal != null) ? refusal : firstRefusal(this.ours, trigger);
	}

	private @Nullable String ofApplication(HandoffTrigger trigger) {
		HandoffApplication application = this.application;
		try {
			return (application != null) ? firstRefusal(application.prechecks(), trigger) : null;
		}
		catch (RuntimeException ex) {
			return "The prechecks could not be found: " + ex;
		}
	}

	private @Nullable String firstRefusal(Map<String, HandoffPrecheck> prechecks, HandoffTrigger trigger) {
		for (Map.Entry<String, HandoffPrecheck> precheck : prechecks.entrySet()) {
			String refusal = ask(precheck.getKey(), precheck.getValue(), trigger);
			if (refusal != null) {
				return refusal;
			}
		}
		return null;
	}

	/**
	 * Wait in short spells: the time in which this process was stopped is no time that
	 * the precheck has had.
	 */
	private @Nullable String await(CompletableFuture<@Nullable String> answer)
			throws InterruptedException, ExecutionException, TimeoutException {
		for (int i = 1; i < SPELLS; i++) {
			try {
				return answer.get(this.limit.toMillis() / SPELLS, TimeUnit.MILLISECONDS);
			}
			catch (TimeoutException ex) {
				// The next spell
			}
		}
		return answer.get(this.limit.toMillis() / SPELLS, TimeUnit.MILLISECONDS);
	}

	private @Nullable String ask(String name, HandoffPrecheck precheck, HandoffTrigger trigger) {
		CompletableFuture<@Nullable String> answer = new CompletableFuture<>();
		// A thread of its own, since one that hangs is left behind
		Thread thread = new Thread(() -> {
			try {
				answer.complete(precheck.refuse(trigger));
			}
			catch (Throwable ex) {
				answer.completeExceptionally(ex);
			}
		}, "hotswap-precheck-" + name);
		thread.setDaemon(true);
		thread.start();
		try {
			return await(answer);
		}
		catch (ExecutionException ex) {
			return "The precheck '" + name + "' failed: " + ex.getCause();
		}
		catch (TimeoutException ex) {
			thread.interrupt();
			return "The precheck '" + name + "' gave no answer within " + this.limit.toMillis() + " ms.";
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return "The process is stopping.";
		}
	}

}
