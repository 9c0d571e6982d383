package dev.hotswap.handoff;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Stage;
import org.jspecify.annotations.Nullable;

/**
 * Handoffs as named string fields, to travel between generations. What a later release
 * adds is ignored; a record that this release cannot read is left out, since a history is
 * not worth a failed handoff.
 */
final class RecordFields {

	private RecordFields() {
	}

	static Map<String, String> write(String prefix, List<HandoffRecord> records) {
		Map<String, String> fields = new LinkedHashMap<>();
		for (int i = 0; i < records.size(); i++) {
			write(fields, prefix + "." + i + ".", records.get(i));
		}
		return fields;
	}

	private static void write(Map<String, String> fields, String prefix, HandoffRecord handoff) {
		fields.put(prefix + "id", handoff.id());
		fields.put(prefix + "trigger", handoff.trigger().name());
		writeParty(fields, prefix + "from.", handoff.from());
		writeParty(fields, prefix + "to.", handoff.to());
		fields.put(prefix + "started", handoff.started().toString());
		fields.put(prefix + "result", handoff.result().name());
		fields.put(prefix + "stage", handoff.stage().name());
		put(fields, prefix + "code", handoff.code());
		put(fields, prefix + "message", handoff.message());
		put(fields, prefix + "exitStatus", handoff.exitStatus());
		handoff.stageMillis().forEach((stage, millis) -> put(fields, prefix + "millis." + stage.name(), millis));
		HandoffRecord.Connections connections = handoff.connections();
		if (connections != null) {
			put(fields, prefix + "transferred", connections.transferred());
			put(fields, prefix + "returned", connections.returned());
			put(fields, prefix + "announced", connections.announced());
			put(fields, prefix + "cut", connections.cut());
		}
	}

	private static void writeParty(Map<String, String> fields, String prefix, HandoffRecord.@Nullable Party party) {
		if (party != null) {
			put(fields, prefix + "pid", party.pid());
			put(fields, prefix + "generation", party.generation());
			put(fields, prefix + "release", party.release());
		}
	}

	private static void put(Map<String, String> fields, String name, @Nullable Object value) {
		if (value != null) {
			fields.put(name, value.toString());
		}
	}

	static List<HandoffRecord> read(String prefix, Map<String, String> fields) {
		List<HandoffRecord> records = new ArrayList<>();
		for (int i = 0; i < History.LIMIT && fields.containsKey(prefix + "." + i + ".id"); i++) {
			try {
				records.add(readOne(new Reader(fields, prefix + "." + i + ".")));
			}
			catch (RuntimeException ex) {
				// Another release's idea of a handoff: unreadable here, not wrong
				continue;
			}
		}
		return records;
	}

	private static HandoffRecord readOne(Reader reader) {
		HandoffRecord.Party from = reader.party("from.");
		if (from == null) {
			throw new IllegalArgumentException("No predecessor");
		}
		Map<Stage, Long> stageMillis = new EnumMap<>(Stage.class);
		for (Stage stage : Stage.values()) {
			String millis = reader.get("millis." + stage.name());
			if (millis != null) {
				stageMillis.put(stage, Long.valueOf(millis));
			}
		}
		String code = reader.get("code");
		String exitStatus = reader.get("exitStatus");
		String transferred = reader.get("transferred");
		HandoffRecord.Connections connections = (transferred != null)
				? new HandoffRecord.Connections(Long.parseLong(transferred), reader.number("returned"),
						reader.number("announced"), reader.number("cut"))
				: null;
		return new HandoffRecord(reader.require("id"), HandoffTrigger.valueOf(reader.require("trigger")), from,
				reader.party("to."), Instant.parse(reader.require("started")),
				HandoffRecord.Result.valueOf(reader.require("result")), Stage.valueOf(reader.require("stage")),
				(code != null) ? FailureCode.of(code).orElseThrow() : null, reader.get("message"),
				(exitStatus != null) ? Integer.valueOf(exitStatus) : null, stageMillis, connections);
	}

	/**
	 * The fields of one record.
	 *
	 * @param fields all fields
	 * @param prefix the record's
	 */
	private record Reader(Map<String, String> fields, String prefix) {

		@Nullable String get(String name) {
			return this.fields.get(this.prefix + name);
		}

		String require(String name) {
			String value = get(name);
			if (value == null) {
				throw new IllegalArgumentException("No " + name);
			}
			return value;
		}

		long number(String name) {
			return Long.parseLong(require(name));
		}

		HandoffRecord.@Nullable Party party(String name) {
			return (get(name + "pid") != null) ? new HandoffRecord.Party(number(name + "pid"),
					Math.toIntExact(number(name + "generation")), get(name + "release")) : null;
		}

	}

}
