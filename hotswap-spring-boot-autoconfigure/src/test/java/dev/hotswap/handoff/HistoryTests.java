package dev.hotswap.handoff;

import java.util.List;

import dev.hotswap.HandoffRecord;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link History}.
 */
class HistoryTests {

	private final History history = new History();

	@Test
	void newestComesFirst() {
		this.history.remember(TestRecords.sparse("h1"));
		this.history.remember(TestRecords.sparse("h2"));
		assertThat(this.history.records()).extracting(HandoffRecord::id).containsExactly("h2", "h1");
	}

	@Test
	void restOfAStoryReplacesItInItsPlace() {
		this.history.remember(TestRecords.sparse("h1"));
		this.history.remember(TestRecords.sparse("h2"));
		this.history.remember(TestRecords.full("h1"));
		assertThat(this.history.records()).containsExactly(TestRecords.sparse("h2"), TestRecords.full("h1"));
	}

	@Test
	void oldestIsForgottenBeyondTheLimit() {
		for (int i = 0; i <= History.LIMIT; i++) {
			this.history.remember(TestRecords.sparse("h" + i));
		}
		assertThat(this.history.records()).hasSize(History.LIMIT)
			.extracting(HandoffRecord::id)
			.startsWith("h" + History.LIMIT)
			.endsWith("h1");
	}

	@Test
	void inheritedStoriesAreContinued() {
		this.history.inherit(List.of(TestRecords.sparse("h2"), TestRecords.sparse("h1")), HandoffTotals.NONE);
		this.history.remember(TestRecords.sparse("h3"));
		assertThat(this.history.records()).extracting(HandoffRecord::id).containsExactly("h3", "h2", "h1");
	}

	@Test
	void recordsAreOfTheirMoment() {
		this.history.remember(TestRecords.sparse("h1"));
		List<HandoffRecord> before = this.history.records();
		this.history.remember(TestRecords.sparse("h2"));
		assertThat(before).extracting(HandoffRecord::id).containsExactly("h1");
	}

}
