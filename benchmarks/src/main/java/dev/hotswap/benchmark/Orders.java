package dev.hotswap.benchmark;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * The orders of a few things that are to be compared. All orders come once before any
 * comes again, so that each thing is at each place, and follows each other, equally
 * often; in which order they come is random.
 *
 * @param <T> the type of the things
 */
final class Orders<T> {

	private final List<List<T>> all = new ArrayList<>();

	private final Random random;

	private int next;

	Orders(Collection<T> things, Random random) {
		this.random = random;
		collect(List.of(), things);
	}

	private void collect(List<T> first, Collection<T> rest) {
		if (rest.isEmpty()) {
			this.all.add(first);
		}
		for (T thing : rest) {
			List<T> longer = new ArrayList<>(first);
			longer.add(thing);
			List<T> others = new ArrayList<>(rest);
			others.remove(thing);
			collect(longer, others);
		}
	}

	List<T> next() {
		if (this.next % this.all.size() == 0) {
			Collections.shuffle(this.all, this.random);
		}
		return this.all.get(this.next++ % this.all.size());
	}

}
