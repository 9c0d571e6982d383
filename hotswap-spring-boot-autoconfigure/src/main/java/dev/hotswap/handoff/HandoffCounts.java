package dev.hotswap.handoff;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffStatus;
import dev.hotswap.handoff.HandoffTotals.Direction;
import dev.hotswap.web.HandoffConnectors;
import org.jspecify.annotations.Nullable;

/**
 * What this process and the generations before it have counted. A handoff counts in the
 * process that lives on, once it is known how it ended: while the predecessor could still
 * serve again it may yet be undone. Thread-safe.
 */
final class HandoffCounts {

	private final History history;

	private final HandoffConnectors connectors;

	private final ConnectionAdoption adoption;

	private final List<ConnectionTransfer> transfers = new CopyOnWriteArrayList<>();

	private volatile HandoffTotals inherited = HandoffTotals.NONE;

	HandoffCounts(History history, HandoffConnectors connectors, ConnectionAdoption adoption) {
		this.history = history;
		this.connectors = connectors;
		this.adoption = adoption;
	}

	void inherit(List<HandoffRecord> records, HandoffTotals past) {
		this.history.inherit(records, past);
		this.inherited = this.history.totals(HandoffCounts::isOver);
	}

	/**
	 * What the generations before this process have counted.
	 */
	HandoffTotals inherited() {
		return this.inherited;
	}

	/**
	 * Connections are about to move.
	 */
	void moving(@Nullable ConnectionTransfer transfer) {
		if (transfer != null) {
			this.transfers.add(transfer);
		}
	}

	/**
	 * What a successor is to go on with, beside the history.
	 */
	HandoffTotals past() {
		return this.history.past().plus(ofConnections());
	}

	HandoffTotals totals(EventLoop.Snapshot now) {
		return this.history
			.totals((handoff) -> !handoff.id().equals(now.running()) && isOver(handoff) && isSettled(handoff, now))
			.plus(ofConnections());
	}

	/** Those that were under way when their process had to hand over have no end yet. */
	private static boolean isOver(HandoffRecord handoff) {
		return handoff.result() == HandoffRecord.Result.FAILED || handoff.connections() != null
				|| handoff.message() != null;
	}

	private static boolean isSettled(HandoffRecord handoff, EventLoop.Snapshot now) {
		return handoff.result() == HandoffRecord.Result.FAILED
				|| now.draining().stream().map(HandoffStatus.Draining::id).noneMatch(handoff.id()::equals);
	}

	private HandoffTotals ofConnections() {
		return this.transfers.stream()
			.map((transfer) -> HandoffTotals.transferred(Direction.OUT, transfer.transferredByConnector()))
			.reduce(HandoffTotals.transferred(Direction.IN, this.adoption.adopted()), HandoffTotals::plus)
			.plus(HandoffTotals.evicted(this.connectors.figures().evicted()));
	}

}
