package dev.hotswap.handoff;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import dev.hotswap.HandoffRecord;

/**
 * The last handoffs, the newest first. They travel from generation to generation.
 * Thread-safe.
 */
final class History {

	static final int LIMIT = 20;

	private List<HandoffRecord> records = List.of();

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
		this.records = List.copyOf(records.subList(0, Math.min(records.size(), LIMIT)));
	}

	synchronized void inherit(List<HandoffRecord> records) {
		this.records = List.copyOf(records);
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
		this.records = List.copyOf(all.subList(0, Math.min(all.size(), LIMIT)));
	}

	synchronized List<HandoffRecord> records() {
		return this.records;
	}

}
