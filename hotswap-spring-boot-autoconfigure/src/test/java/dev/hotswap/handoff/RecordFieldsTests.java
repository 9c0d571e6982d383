package dev.hotswap.handoff;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.hotswap.HandoffRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RecordFields}.
 */
class RecordFieldsTests {

	@Test
	void whatIsWrittenIsRead() {
		List<HandoffRecord> records = List.of(TestRecords.full("h3"), TestRecords.sparse("h2"), TestRecords.full("h1"));
		assertThat(RecordFields.read("history", RecordFields.write("history", records))).isEqualTo(records);
	}

	@Test
	void noRecordsAreNoFields() {
		assertThat(RecordFields.write("history", List.of())).isEmpty();
		assertThat(RecordFields.read("history", Map.of("other", "1"))).isEmpty();
	}

	@Test
	void whatALaterReleaseAddsIsIgnored() {
		Map<String, String> fields = RecordFields.write("history", List.of(TestRecords.full("h1")));
		fields.put("history.0.colour", "red");
		fields.put("history.0.millis.TEA", "5");
		assertThat(RecordFields.read("history", fields)).containsExactly(TestRecords.full("h1"));
	}

	@ParameterizedTest
	@CsvSource({ "trigger, SMOKE", "stage, TEA", "result, MAYBE", "code, rain", "started, yesterday",
			"from.pid, 99999999999999999999", "from.generation, 2147483648", "exitStatus, x", "cut, x",
			"millis.START, 1.5" })
	void recordThatCannotBeReadIsLeftOut(String field, String value) {
		Map<String, String> fields = RecordFields.write("history",
				List.of(TestRecords.full("h2"), TestRecords.sparse("h1")));
		fields.put("history.0." + field, value);
		assertThat(RecordFields.read("history", fields)).containsExactly(TestRecords.sparse("h1"));
	}

	@ParameterizedTest
	@CsvSource({ "trigger", "stage", "result", "started", "from.pid", "from.generation", "to.generation", "returned" })
	void recordThatLacksAFieldIsLeftOut(String field) {
		Map<String, String> fields = RecordFields.write("history",
				List.of(TestRecords.full("h2"), TestRecords.sparse("h1")));
		fields.remove("history.0." + field);
		assertThat(RecordFields.read("history", fields)).containsExactly(TestRecords.sparse("h1"));
	}

	@Test
	void noMoreAreReadThanAHistoryHolds() {
		List<HandoffRecord> records = new ArrayList<>();
		for (int i = 0; i < History.LIMIT + 5; i++) {
			records.add(TestRecords.sparse("h" + i));
		}
		assertThat(RecordFields.read("history", RecordFields.write("history", records)))
			.isEqualTo(records.subList(0, History.LIMIT));
	}

}
