package dev.hotswap.handoff;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.hotswap.HandoffPrecheck;
import org.jspecify.annotations.Nullable;

/**
 * Asks every precheck, ours first, each within a time limit.
 */
final class Prechecks {

	private static final Duration LIMIT = Duration.ofSeconds(10);

	private final HandoffPrecheck unownedListeners;

	private final Duration limit;

	private volatile @Nullable HandoffApplication application;

	Prechecks(HandoffPrecheck unownedListeners) {
		this(unownedListeners, LIMIT);
	}

	Prechecks(HandoffPrecheck unownedListeners, Duration limit) {
		this.unownedListeners = unownedListeners;
		this.limit = limit;
	}

	void attach(HandoffApplication application) {
		this.application = application;
	}

	/**
	 * The first refusal, or {@code null} when all agree.
	 */
	@Nullable String refusal() {
		String refusal = ask("unownedListeners", this.unownedListeners);
		HandoffApplication application = this.application;
		if (refusal != null || application == null) {
			return refusal;
		}
		try {
			for (Map.Entry<String, HandoffPrecheck> precheck : application.prechecks().entrySet()) {
				refusal = ask(precheck.getKey(), precheck.getValue());
				if (refusal != null) {
					return refusal;
				}
			}
			return null;
		}
		catch (RuntimeException ex) {
			return "The prechecks could not be found: " + ex;
		}
	}

	private @Nullable String ask(String name, HandoffPrecheck precheck) {
		CompletableFuture<@Nullable String> answer = new CompletableFuture<>();
		// A thread of its own, since one that hangs is left behind
		Thread thread = new Thread(() -> {
			try {
				answer.complete(precheck.refuse());
			}
			catch (Throwable ex) {
				answer.completeExceptionally(ex);
			}
		}, "hotswap-precheck-" + name);
		thread.setDaemon(true);
		thread.start();
		try {
			return answer.get(this.limit.toMillis(), TimeUnit.MILLISECONDS);
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
