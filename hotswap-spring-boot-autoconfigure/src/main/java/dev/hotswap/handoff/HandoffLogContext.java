package dev.hotswap.handoff;

import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

import org.springframework.util.ClassUtils;

/**
 * The id of a handoff in the diagnostic context of its log lines, as
 * {@code hotswap.handoff}. Does nothing where there is no SLF4J. Methods concern the
 * thread that calls them.
 */
public final class HandoffLogContext {

	static final String KEY = "hotswap.handoff";

	private static final boolean PRESENT = ClassUtils.isPresent("org.slf4j.MDC",
			HandoffLogContext.class.getClassLoader());

	private HandoffLogContext() {
	}

	/**
	 * What this thread logs from now on is about a handoff, or about none.
	 */
	static void set(@Nullable String handoffId) {
		if (PRESENT) {
			Slf4j.set(handoffId);
		}
	}

	/**
	 * Let a task of another thread log for the handoff that this thread logs for now.
	 * @param task the task
	 * @return the task to run there
	 */
	public static Runnable carry(Runnable task) {
		return PRESENT ? about(Slf4j.get(), task) : task;
	}

	/**
	 * Let a task log for a handoff.
	 */
	static Runnable about(@Nullable String handoffId, Runnable task) {
		if (!PRESENT || handoffId == null) {
			return task;
		}
		return () -> {
			String before = Slf4j.get();
			Slf4j.set(handoffId);
			try {
				task.run();
			}
			finally {
				Slf4j.set(before);
			}
		};
	}

	/**
	 * Loaded only where it is there.
	 */
	private static final class Slf4j {

		static @Nullable String get() {
			return MDC.get(KEY);
		}

		static void set(@Nullable String handoffId) {
			if (handoffId != null) {
				MDC.put(KEY, handoffId);
			}
			else {
				MDC.remove(KEY);
			}
		}

	}

}
