package dev.hotswap.handoff;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Stage;

/**
 * Sums over handoffs, which go on from generation to generation: each process lives
 * through few handoffs, and what counted from zero in each would never seem to change.
 * Immutable.
 */
public final class HandoffTotals {

	/**
	 * Nothing has happened.
	 */
	public static final HandoffTotals NONE = new HandoffTotals(Map.of());

	private static final String PREFIX = "total.";

	private final Map<Key, Long> sums;

	private HandoffTotals(Map<Key, Long> sums) {
		this.sums = Map.copyOf(sums);
	}

	/**
	 * The figures of one handoff.
	 */
	static HandoffTotals of(HandoffRecord handoff) {
		Map<Key, Long> sums = new LinkedHashMap<>();
		String result = handoff.result().name();
		sums.put(new Key(What.HANDOFFS, handoff.trigger().name(), result), 1L);
		FailureCode code = handoff.code();
		if (code != null) {
			sums.put(new Key(What.ERRORS, handoff.stage().name(), code.code()), 1L);
		}
		handoff.stageMillis().forEach((stage, millis) -> {
			sums.put(new Key(What.STAGES, stage.name(), result), 1L);
			sums.put(new Key(What.STAGE_MILLIS, stage.name(), result), millis);
		});
		Long drain = handoff.stageMillis().get(Stage.DRAIN);
		if (drain != null && handoff.connections() != null) {
			sums.put(new Key(What.DRAINS, "", ""), 1L);
			sums.put(new Key(What.DRAIN_MILLIS, "", ""), drain);
		}
		return new HandoffTotals(sums);
	}

	/**
	 * Connections that have moved between processes.
	 */
	static HandoffTotals transferred(Direction direction, Map<String, Long> byConnector) {
		return new HandoffTotals(byConnector.entrySet()
			.stream()
			.collect(Collectors.toMap((sum) -> new Key(What.TRANSFERRED, direction.name(), sum.getKey()),
					Map.Entry::getValue)));
	}

	static HandoffTotals evicted(long connections) {
		return new HandoffTotals(Map.of(new Key(What.EVICTED, "", ""), connections));
	}

	/**
	 * These sums and others together.
	 * @param other the other sums
	 * @return the sums of both
	 */
	public HandoffTotals plus(HandoffTotals other) {
		Map<Key, Long> sums = new LinkedHashMap<>(this.sums);
		other.sums.forEach((key, value) -> sums.merge(key, value, Long::sum));
		return new HandoffTotals(sums);
	}

	/**
	 * What has happened since earlier sums.
	 * @param earlier the earlier sums
	 * @return the differences
	 */
	public HandoffTotals since(HandoffTotals earlier) {
		Map<Key, Long> sums = new LinkedHashMap<>();
		this.sums.forEach((key, value) -> sums.put(key, value - earlier.sum(key)));
		return new HandoffTotals(sums);
	}

	private long sum(Key key) {
		return this.sums.getOrDefault(key, 0L);
	}

	/**
	 * Handoffs that are over.
	 * @param trigger what started them
	 * @param result how they ended
	 * @return how many
	 */
	public long handoffs(HandoffTrigger trigger, HandoffRecord.Result result) {
		return sum(new Key(What.HANDOFFS, trigger.name(), result.name()));
	}

	/**
	 * Handoffs that failed.
	 * @param error where and why
	 * @return how many
	 */
	public long errors(Error error) {
		return sum(new Key(What.ERRORS, error.stage().name(), error.code().code()));
	}

	/**
	 * What there were errors of, at least once.
	 * @return the errors that {@link #errors(Error)} counts
	 */
	public Set<Error> errors() {
		return this.sums.keySet()
			.stream()
			.filter((key) -> key.what() == What.ERRORS)
			.flatMap((key) -> FailureCode.of(key.second())
				.map((code) -> new Error(Stage.valueOf(key.first()), code))
				.stream())
			.collect(Collectors.toSet());
	}

	/**
	 * Handoffs that went through a stage.
	 * @param stage the stage
	 * @param result how the handoff ended
	 * @return how many
	 */
	public long stages(Stage stage, HandoffRecord.Result result) {
		return sum(new Key(What.STAGES, stage.name(), result.name()));
	}

	/**
	 * How long handoffs were in a stage.
	 * @param stage the stage
	 * @param result how the handoff ended
	 * @return the time of all together, in milliseconds
	 */
	public long stageMillis(Stage stage, HandoffRecord.Result result) {
		return sum(new Key(What.STAGE_MILLIS, stage.name(), result.name()));
	}

	/**
	 * Drains of predecessors that came to their end.
	 * @return how many
	 */
	public long drains() {
		return sum(new Key(What.DRAINS, "", ""));
	}

	/**
	 * How long these drains took.
	 * @return the time of all together, in milliseconds
	 */
	public long drainMillis() {
		return sum(new Key(What.DRAIN_MILLIS, "", ""));
	}

	/**
	 * Connections that have moved between processes.
	 * @param connector the connector's name
	 * @param direction to this process, or from it
	 * @return how many
	 */
	public long transferred(String connector, Direction direction) {
		return sum(new Key(What.TRANSFERRED, direction.name(), connector));
	}

	/**
	 * Connections that were ended because they were idle for too long.
	 * @return how many
	 */
	public long evicted() {
		return sum(new Key(What.EVICTED, "", ""));
	}

	// Between generations

	Map<String, String> toFields() {
		Map<String, String> fields = new LinkedHashMap<>();
		this.sums.forEach((key, value) -> fields.put(PREFIX + key.what() + "." + key.first() + "." + key.second(),
				value.toString()));
		return fields;
	}

	/**
	 * Read sums. What another release counts and this one does not is left out.
	 */
	static HandoffTotals fromFields(Map<String, String> fields) {
		Map<Key, Long> sums = new LinkedHashMap<>();
		fields.forEach((name, value) -> Key.parse(name)
			.ifPresent((key) -> sums.put(key, value.matches("\\d{1,18}") ? Long.parseLong(value) : 0)));
		return new HandoffTotals(sums);
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof HandoffTotals totals && this.sums.equals(totals.sums);
	}

	@Override
	public int hashCode() {
		return Objects.hashCode(this.sums);
	}

	@Override
	public String toString() {
		return this.sums.toString();
	}

	/**
	 * Which way a connection moved.
	 */
	public enum Direction {

		/**
		 * From an older generation to this process.
		 */
		IN,

		/**
		 * From this process to another one.
		 */
		OUT

	}

	/**
	 * A kind of failure.
	 *
	 * @param stage the stage in which the handoff failed
	 * @param code why
	 */
	public record Error(Stage stage, FailureCode code) {

	}

	private enum What {

		HANDOFFS, ERRORS, STAGES, STAGE_MILLIS, DRAINS, DRAIN_MILLIS, TRANSFERRED, EVICTED

	}

	/**
	 * What is summed up. Only the second part may contain a dot.
	 */
	private record Key(What what, String first, String second) {

		static Optional<Key> parse(String field) {
			String[] parts = field.startsWith(PREFIX) ? field.substring(PREFIX.length()).split("\\.", 3)
					: new String[0];
			try {
				return (parts.length == 3) ? Optional.of(checked(new Key(What.valueOf(parts[0]), parts[1], parts[2])))
						: Optional.empty();
			}
			catch (IllegalArgumentException ex) {
				return Optional.empty();
			}
		}

		private static Key checked(Key key) {
			if (key.what() == What.ERRORS) {
				Stage.valueOf(key.first());
			}
			return key;
		}

	}

}
