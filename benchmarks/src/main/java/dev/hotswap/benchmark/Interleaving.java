package dev.hotswap.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * The order of things that are to be compared. Each block has each of them once, so that
 * whatever drifts on the machine meets all of them alike; the order within a block is
 * random, so that none always follows the same other.
 */
final class Interleaving {

	private final Random random;

	Interleaving(long seed) {
		this.random = new Random(seed);
	}

	<T> List<T> block(Collection<T> variants) {
		List<T> block = new ArrayList<>(variants);
		Collections.shuffle(block, this.random);
		return block;
	}

	/**
	 * A time to wait, so that what is measured does not keep step with anything periodic,
	 * such as the garbage collector.
	 * @param atMost the longest one
	 * @return a time of equal likelihood
	 */
	Duration delay(Duration atMost) {
		return Duration.ofMillis((long) (this.random.nextDouble() * atMost.toMillis()));
	}

}
