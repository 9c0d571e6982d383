package dev.hotswap.benchmark;

import java.time.Duration;

/**
 * When to start nothing more.
 */
final class Deadline {

	private final long end;

	Deadline(Options options) {
		this.end = System.nanoTime() + options.duration("at-most", "3h").toNanos();
	}

	/**
	 * Whether there is time for something that takes a while.
	 * @param needed how long it takes
	 * @return whether it would end in time; if not, a line says so
	 */
	boolean allows(Duration needed) {
		boolean enough = System.nanoTime() + needed.toNanos() - this.end <= 0;
		if (!enough) {
			System.out.println("The rest is left out, since the time is up (--at-most)");
		}
		return enough;
	}

}
