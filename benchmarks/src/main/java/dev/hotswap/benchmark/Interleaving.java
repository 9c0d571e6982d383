package dev.hotswap.benchmark;

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

}
