package dev.hotswap;

import java.time.Instant;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What became of one handoff: an entry of the history. Immutable.
 *
 * @param id the handoff's id, which both sides log
 * @param trigger what started it
 * @param from the predecessor
 * @param to the successor, or {@code null} when none was heard of
 * @param started when it started
 * @param result how it ended
 * @param stage the last stage it reached
 * @param code why it failed, or {@code null}
 * @param message what happened, for an operator, or {@code null}
 * @param exitStatus the exit status of a successor that was launched and has exited, or
 * {@code null}; 128 plus the signal's number for one that was killed
 * @param stageMillis how long each stage took, in milliseconds
 * @param connections what became of the predecessor's connections, or {@code null} while
 * it still drains
 * @since 0.1.0
 */
public record HandoffRecord(String id, HandoffTrigger trigger, Party from, @Nullable Party to, Instant started,
		Result result, Stage stage, @Nullable FailureCode code, @Nullable String message, @Nullable Integer exitStatus,
		Map<Stage, Long> stageMillis, @Nullable Connections connections) {

	/**
	 * How a handoff ended.
	 */
	public enum Result {

		/**
		 * The successor serves.
		 */
		SUCCEEDED,

		/**
		 * The predecessor serves on.
		 */
		FAILED

	}

	/**
	 * One side of a handoff.
	 *
	 * @param pid its process id
	 * @param generation its generation
	 * @param release its release, or {@code null} when it runs from none
	 */
	public record Party(long pid, int generation, @Nullable String release) {

	}

	/**
	 * What became of the connections that the predecessor held at cutover.
	 *
	 * @param transferred moved to the successor
	 * @param returned offered to the successor and taken back
	 * @param announced ended after their end had been announced, or by their client
	 * @param cut ended at the deadline
	 */
	public record Connections(long transferred, long returned, long announced, long cut) {

	}

}
