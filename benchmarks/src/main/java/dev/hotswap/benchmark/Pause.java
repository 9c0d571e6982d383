package dev.hotswap.benchmark;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets time pass in which others are measured.
 */
final class Pause {

	private Pause() {
	}

	static void until(long nanoTime) {
		for (long left = nanoTime - System.nanoTime(); left > 0; left = nanoTime - System.nanoTime()) {
			LockSupport.parkNanos(left);
		}
	}

	static void of(Duration duration) {
		until(System.nanoTime() + duration.toNanos());
	}

}
