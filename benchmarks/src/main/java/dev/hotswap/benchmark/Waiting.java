package dev.hotswap.benchmark;

import java.time.Duration;
import java.util.concurrent.Callable;

import static org.awaitility.Awaitility.await;

/**
 * Waits for what others do, with a deadline.
 */
final class Waiting {

	private static final Duration AT_MOST = Duration.ofMinutes(2);

	private static final Duration POLL = Duration.ofMillis(200);

	private Waiting() {
	}

	static void until(Callable<Boolean> condition) {
		await().atMost(AT_MOST).pollInterval(POLL).until(condition);
	}

}
