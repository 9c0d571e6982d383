package dev.hotswap.handoff;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.hotswap.HandoffStatus;
import dev.hotswap.Role;
import dev.hotswap.Stage;
import org.jspecify.annotations.Nullable;

/**
 * A status as named string fields, to travel to an operator's command, which may be of
 * another release: what that does not know it ignores.
 */
final class StatusFields {

	private static final String HISTORY = "history";

	private StatusFields() {
	}

	static Map<String, String> write(HandoffStatus status) {
		Map<String, String> fields = new LinkedHashMap<>();
		put(fields, "role", status.role());
		put(fields, "generation", status.generation());
		put(fields, "pid", status.pid());
		put(fields, "application", status.application());
		put(fields, "release", status.release());
		put(fields, "revision", status.revision());
		put(fields, "since", status.since());
		for (int i = 0; i < status.listeners().size(); i++) {
			HandoffStatus.Listener listener = status.listeners().get(i);
			String prefix = "listener." + i + ".";
			put(fields, prefix + "name", listener.name());
			put(fields, prefix + "address", listener.address());
			put(fields, prefix + "port", listener.port());
			put(fields, prefix + "scheme", listener.scheme());
		}
		HandoffStatus.Running running = status.handoff();
		if (running != null) {
			put(fields, "running.id", running.id());
			put(fields, "running.stage", running.stage());
			put(fields, "running.since", running.stageStarted());
			put(fields, "running.successor", running.successorPid());
		}
		for (int i = 0; i < status.draining().size(); i++) {
			write(fields, "draining." + i + ".", status.draining().get(i));
		}
		fields.putAll(RecordFields.write(HISTORY, status.history()));
		return fields;
	}

	private static void write(Map<String, String> fields, String prefix, HandoffStatus.Draining draining) {
		put(fields, prefix + "id", draining.id());
		put(fields, prefix + "pid", draining.pid());
		put(fields, prefix + "generation", draining.generation());
		put(fields, prefix + "role", draining.role());
		put(fields, prefix + "deadline", draining.deadline());
		HandoffStatus.Held held = draining.held();
		if (held != null) {
			put(fields, prefix + "fresh", held.fresh());
			put(fields, prefix + "active", held.active());
			put(fields, prefix + "idle", held.idle());
		}
	}

	private static void put(Map<String, String> fields, String name, @Nullable Object value) {
		if (value != null) {
			fields.put(name, value.toString());
		}
	}

	/**
	 * Read a status.
	 * @throws RuntimeException if a field is missing or malformed
	 */
	static HandoffStatus read(Map<String, String> fields) {
		List<HandoffStatus.Listener> listeners = new ArrayList<>();
		for (int i = 0; fields.containsKey("listener." + i + ".name"); i++) {
			String prefix = "listener." + i + ".";
			listeners
				.add(new HandoffStatus.Listener(require(fields, prefix + "name"), require(fields, prefix + "address"),
						Integer.parseInt(require(fields, prefix + "port")), require(fields, prefix + "scheme")));
		}
		List<HandoffStatus.Draining> draining = new ArrayList<>();
		for (int i = 0; fields.containsKey("draining." + i + ".id"); i++) {
			draining.add(readDraining(fields, "draining." + i + "."));
		}
		return new HandoffStatus(Role.valueOf(require(fields, "role")), Integer.parseInt(require(fields, "generation")),
				Long.parseLong(require(fields, "pid")), require(fields, "application"), fields.get("release"),
				fields.get("revision"), Instant.parse(require(fields, "since")), listeners, readRunning(fields),
				draining, RecordFields.read(HISTORY, fields));
	}

	private static HandoffStatus.@Nullable Running readRunning(Map<String, String> fields) {
		String id = fields.get("running.id");
		if (id == null) {
			return null;
		}
		String successor = fields.get("running.successor");
		return new HandoffStatus.Running(id, Stage.valueOf(require(fields, "running.stage")),
				Instant.parse(require(fields, "running.since")), (successor != null) ? Long.valueOf(successor) : null);
	}

	private static HandoffStatus.Draining readDraining(Map<String, String> fields, String prefix) {
		String deadline = fields.get(prefix + "deadline");
		HandoffStatus.Held held = fields.containsKey(prefix + "fresh")
				? new HandoffStatus.Held(Integer.parseInt(require(fields, prefix + "fresh")),
						Integer.parseInt(require(fields, prefix + "active")),
						Integer.parseInt(require(fields, prefix + "idle")))
				: null;
		return new HandoffStatus.Draining(require(fields, prefix + "id"),
				Long.parseLong(require(fields, prefix + "pid")),
				Integer.parseInt(require(fields, prefix + "generation")),
				Role.valueOf(require(fields, prefix + "role")), held,
				(deadline != null) ? Instant.parse(deadline) : null);
	}

	private static String require(Map<String, String> fields, String name) {
		String value = fields.get(name);
		if (value == null) {
			throw new IllegalArgumentException("No " + name);
		}
		return value;
	}

}
