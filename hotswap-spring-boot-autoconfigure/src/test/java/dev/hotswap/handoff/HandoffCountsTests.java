package dev.hotswap.handoff;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import dev.hotswap.HandoffRecord.Result;
import dev.hotswap.HandoffStatus;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Role;
import dev.hotswap.Stage;
import dev.hotswap.handoff.HandoffTotals.Direction;
import dev.hotswap.web.HandoffConnectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link HandoffCounts}: each handoff counts once, in the process that lives
 * on.
 */
class HandoffCountsTests {

	private final History history = new History();

	private final HandoffConnectors connectors = new HandoffConnectors(true);

	private final HandoffCounts counts = new HandoffCounts(this.history, this.connectors,
			new ConnectionAdoption(this.connectors));

	@Test
	void failedHandoffCountsAtOnce() {
		this.history.remember(TestRecords.full("h1"));
		assertThat(count(now(null), Result.FAILED)).isOne();
	}

	@Test
	void handoffThatRunsCountsWithNobody() {
		this.history.remember(TestRecords.full("h1"));
		this.history.remember(TestRecords.drained("h2", 10));
		assertThat(count(now("h1"), Result.FAILED)).isZero();
		assertThat(count(now("h2"), Result.SUCCEEDED)).as("of the predecessor that stands by").isZero();
	}

	@Test
	void succeededHandoffCountsWhenItsPredecessorHasGone() {
		this.history.remember(TestRecords.sparse("h1"));
		assertThat(count(now(null, "h1"), Result.SUCCEEDED)).isZero();
		this.history.remember(TestRecords.drained("h1", 10));
		assertThat(count(now(null, "h1"), Result.SUCCEEDED)).as("it could still resume").isZero();
		assertThat(count(now(null), Result.SUCCEEDED)).isOne();
	}

	@Test
	void handoffOfAnOlderGenerationThatStillDrainsElsewhereDoesNotCountYet() {
		this.counts.inherit(List.of(TestRecords.sparse("h1")), HandoffTotals.NONE);
		assertThat(count(now(null), Result.SUCCEEDED)).isZero();
	}

	@Test
	void revertedHandoffCountsAsFailedWhileTheFormerSuccessorDrains() {
		this.history.remember(TestRecords.drained("h1", 10));
		this.history.remember(TestRecords.full("h1"));
		assertThat(count(now(null, "h1"), Result.FAILED)).isOne();
		assertThat(count(now(null, "h1"), Result.SUCCEEDED)).isZero();
	}

	@Test
	void countingGoesOnBeyondTheHistory() {
		for (int i = 0; i < History.LIMIT + 5; i++) {
			this.history.remember(TestRecords.drained("h" + i, 10));
		}
		assertThat(count(now(null), Result.SUCCEEDED)).isEqualTo(History.LIMIT + 5);
		HandoffCounts successor = new HandoffCounts(new History(), this.connectors,
				new ConnectionAdoption(this.connectors));
		successor.inherit(this.history.records(), this.counts.past());
		assertThat(successor.totals(now(null))).isEqualTo(this.counts.totals(now(null)));
		assertThat(successor.inherited()).isEqualTo(this.counts.totals(now(null)));
	}

	@Test
	void movedConnectionsAreAddedUpFromGenerationToGeneration() {
		this.counts.inherit(List.of(), HandoffTotals.transferred(Direction.IN, Map.of("server", 7L)));
		assertThat(this.counts.totals(now(null)).transferred("server", Direction.IN)).isEqualTo(7);
		assertThat(this.counts.past().transferred("server", Direction.IN)).isEqualTo(7);
	}

	private long count(EventLoop.Snapshot now, Result result) {
		HandoffTotals totals = this.counts.totals(now);
		return totals.handoffs(HandoffTrigger.SIGNAL, result) + totals.handoffs(HandoffTrigger.ENDPOINT, result);
	}

	private static EventLoop.Snapshot now(@Nullable String running, String... draining) {
		return new EventLoop.Snapshot(Role.ACTIVE, Instant.EPOCH, Stage.IDLE, Instant.EPOCH, 2, running, null, null,
				List.of(draining)
					.stream()
					.map((id) -> new HandoffStatus.Draining(id, 1, 1, Role.STANDBY, null, null))
					.toList());
	}

}
