package dev.hotswap.handoff;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import dev.hotswap.HandoffRecord;

/**
 * The last handoffs, the newest first, and the sums over those that are no longer among
 * them. They travel from generation to generation. Thread-safe.
 */
final class History {

	static final int LIMIT = 20;

	private List<HandoffRecord> records = List.of();

	private HandoffTotals past = HandoffTotals.NONE;

	/**
	 * Add a handoff, or tell the rest of one that is known already.
	 */
	synchronized void remember(HandoffRecord handoff) {
		List<HandoffRecord> records = new ArrayList<>(this.records);
		int known = -1;
		for (int i = 0; i < records.size(); i++) {
			known = records.get(i).id().equals(handoff.id()) ? i : known;
		}
		if (known >= 0) {
			records.set(known, handoff);
		}
		else {
			records.add(0, handoff);
		}
		keep(records);
	}

	private void keep(List<HandoffRecord> records) {
		int kept = Math.min(records.size(), LIMIT);
		for (HandoffRecord dropped : records.subList(kept, records.size())) {
			this.past = this.past.plus(HandoffTotals.of(dropped));
		}
		this.records = List.copyOf(records.subList(0, kept));
	}

	synchronized void inherit(List<HandoffRecord> records, HandoffTotals past) {
		this.records = List.copyOf(records);
		this.past = past;
	}

	/**
	 * Learn what another process has seen meanwhile. What is known here already was seen
	 * here.
	 */
	synchronized void learn(List<HandoffRecord> records) {
		Set<String> known = this.records.stream().map(HandoffRecord::id).collect(Collectors.toSet());
		List<HandoffRecord> all = new ArrayList<>(
				records.stream().filter((record) -> !known.contains(record.id())).toList());
		all.addAll(this.records);
		keep(all);
	}

	synchronized List<HandoffRecord> records() {
		return this.records;
	}

	/**
	 * The sums over the handoffs that are no longer among the records, with whatever else
	 * the generations before have counted.
	 */
	synchronized HandoffTotals past() {
		return this.past;
	}

	/**
	 * The sums over the handoffs that are over, with all that the generations before have
	 * counted.
	 */
	synchronized HandoffTotals totals(Predicate<HandoffRecord> over) {
		return this.records.stream().filter(over).map(HandoffTotals::of).reduce(this.past, HandoffTotals::plus);
	}

}
