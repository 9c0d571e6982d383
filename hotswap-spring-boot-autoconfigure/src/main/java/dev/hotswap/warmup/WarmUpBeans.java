package dev.hotswap.warmup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.hotswap.WarmUp;
import org.jspecify.annotations.Nullable;

/**
 * Calls the application's {@link WarmUp} beans, each within a time limit.
 */
final class WarmUpBeans {

	private static final Duration PROGRESS = Duration.ofSeconds(1);

	private final Duration limit;

	private final ThreadFactory threads;

	/**
	 * Create a caller.
	 * @param limit how long each bean may take
	 * @param threads makes a thread for each, since one that hangs is left behind
	 */
	WarmUpBeans(Duration limit, ThreadFactory threads) {
		this.limit = limit;
		this.threads = threads;
	}

	/**
	 * Call all beans, one after the other.
	 * @param beans the beans by name, in their order
	 * @param progress called each second
	 * @return what has failed
	 */
	List<String> call(Map<String, WarmUp> beans, Runnable progress) {
		List<String> failures = new ArrayList<>();
		beans.forEach((name, bean) -> {
			String failure = call(name, bean, progress);
			if (failure != null) {
				failures.add("the bean '" + name + "' " + failure);
			}
		});
		return failures;
	}

	private @Nullable String call(String name, WarmUp bean, Runnable progress) {
		CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
		Thread thread = this.threads.newThread(() -> {
			try {
				bean.warmUp();
				done.complete(null);
			}
			catch (Throwable ex) {
				done.completeExceptionally(ex);
			}
		});
		thread.setName("hotswap-warm-up-" + name);
		thread.setDaemon(true);
		try {
			thread.start();
		}
		catch (OutOfMemoryError ex) {
			// How the JDK reports that the system gives it no thread
			return "could not be called: " + ex;
		}
		try {
			return await(done, progress);
		}
		catch (TimeoutException ex) {
			thread.interrupt();
			return "took longer than " + this.limit.toMillis() + " ms";
		}
		catch (InterruptedException ex) {
			thread.interrupt();
			Thread.currentThread().interrupt();
			return "was interrupted";
		}
	}

	private @Nullable String await(CompletableFuture<@Nullable Void> done, Runnable progress)
			throws TimeoutException, InterruptedException {
		long deadline = System.nanoTime() + this.limit.toNanos();
		while (true) {
			long left = deadline - System.nanoTime();
			try {
				done.get(Math.max(0, Math.min(left, PROGRESS.toNanos())), TimeUnit.NANOSECONDS);
				return null;
			}
			catch (ExecutionException ex) {
				return "failed: " + ex.getCause();
			}
			catch (TimeoutException ex) {
				if (left <= PROGRESS.toNanos()) {
					throw ex;
				}
				progress.run();
			}
		}
	}

}
