package dev.hotswap.benchmark;

import java.time.Duration;
import java.time.Instant;

/**
 * What processes say of when something happened, in this process' terms.
 */
final class WallClock {

	private WallClock() {
	}

	/**
	 * The time in {@link System#nanoTime()}'s terms, provided that nobody has set the
	 * clock since.
	 * @param instant when it happened
	 * @return the time in ns
	 */
	static long nanoTime(Instant instant) {
		return System.nanoTime() - Duration.between(instant, Instant.now()).toNanos();
	}

}
