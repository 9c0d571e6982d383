package dev.hotswap.handoff;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * A link of a {@link SimulatedWorld}: two queues, each in order.
 */
final class SimulatedLink {

	final SimulatedProcess[] ends = new SimulatedProcess[2];

	final List<Deque<Object>> to = List.of(new ArrayDeque<>(), new ArrayDeque<>());

	/** Whether the side has said goodbye. */
	final boolean[] bye = new boolean[2];

	/** Whether the side has seen the end. */
	final boolean[] ended = new boolean[2];

	final boolean[] silent = new boolean[2];

	boolean isOf(SimulatedProcess node) {
		return this.ends[0] == node || this.ends[1] == node;
	}

	int side(SimulatedProcess node) {
		return (this.ends[0] == node) ? 0 : 1;
	}

	boolean isOver() {
		return (this.ended[0] || !this.ends[0].alive) && (this.ended[1] || !this.ends[1].alive);
	}

	@Override
	public String toString() {
		return this.ends[0].number + "-" + this.ends[1].number + this.to + this.bye[0] + this.bye[1] + this.ended[0]
				+ this.ended[1] + this.silent[0] + this.silent[1];
	}

}
