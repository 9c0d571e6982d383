package dev.hotswap.handoff;

import java.util.HashMap;
import java.util.Map;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRecord.Result;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Stage;
import dev.hotswap.handoff.HandoffTotals.Direction;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link HandoffTotals}.
 */
class HandoffTotalsTests {

	private static final HandoffTotals.Error ERROR = new HandoffTotals.Error(Stage.WARM_UP,
			FailureCode.SUCCESSOR_EXITED);

	@Test
	void handoffIsCountedOnceInEachSum() {
		HandoffTotals totals = HandoffTotals.of(TestRecords.full("h1"));
		assertThat(totals.handoffs(HandoffTrigger.ENDPOINT, Result.FAILED)).isOne();
		assertThat(totals.handoffs(HandoffTrigger.ENDPOINT, Result.SUCCEEDED)).isZero();
		assertThat(totals.errors()).containsExactly(ERROR);
		assertThat(totals.errors(ERROR)).isOne();
		assertThat(totals.stages(Stage.START, Result.FAILED)).isOne();
		assertThat(totals.stageMillis(Stage.START, Result.FAILED)).isEqualTo(3456);
		assertThat(totals.stages(Stage.CUTOVER, Result.FAILED)).isZero();
		assertThat(totals.drains()).isZero();
	}

	@Test
	void drainCountsOnceItHasComeToItsEnd() {
		assertThat(HandoffTotals.of(TestRecords.drained("h1", 250)).drains()).isOne();
		assertThat(HandoffTotals.of(TestRecords.drained("h1", 250)).drainMillis()).isEqualTo(250);
		assertThat(HandoffTotals.of(TestRecords.sparse("h1")).drains()).isZero();
	}

	@Test
	void sumsAreAddedUpAndSubtracted() {
		HandoffTotals one = HandoffTotals.of(TestRecords.full("h1"));
		HandoffTotals two = one.plus(HandoffTotals.of(TestRecords.full("h2")));
		assertThat(two.errors(ERROR)).isEqualTo(2);
		assertThat(two.since(one).errors(ERROR)).isOne();
		assertThat(two.since(one).stageMillis(Stage.START, Result.FAILED)).isEqualTo(3456);
	}

	@Test
	void sumsTravel() {
		HandoffTotals totals = HandoffTotals.of(TestRecords.full("h1"))
			.plus(HandoffTotals.of(TestRecords.drained("h2", 250)))
			.plus(HandoffTotals.transferred(Direction.IN, Map.of("a.connector=with: signs", 12L)))
			.plus(HandoffTotals.evicted(3));
		HandoffTotals read = HandoffTotals.fromFields(totals.toFields());
		assertThat(read).isEqualTo(totals);
		assertThat(read.transferred("a.connector=with: signs", Direction.IN)).isEqualTo(12);
		assertThat(read.transferred("a.connector=with: signs", Direction.OUT)).isZero();
		assertThat(read.evicted()).isEqualTo(3);
	}

	@Test
	void whatAnotherReleaseCountsIsLeftOut() {
		Map<String, String> fields = new HashMap<>(HandoffTotals.of(TestRecords.full("h1")).toFields());
		fields.put("total.COLOURS.red.green", "7");
		fields.put("total.ERRORS.LUNCH.launch", "7");
		fields.put("total.EVICTED", "7");
		fields.put("total.DRAINS..", "many");
		fields.put("history.0.id", "h1");
		HandoffTotals read = HandoffTotals.fromFields(fields);
		assertThat(read.errors()).containsExactly(ERROR);
		assertThat(read.evicted()).isZero();
		assertThat(read.drains()).isZero();
	}

}
