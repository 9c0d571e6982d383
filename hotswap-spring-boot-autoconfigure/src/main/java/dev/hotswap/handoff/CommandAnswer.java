package dev.hotswap.handoff;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffStatus;
import dev.hotswap.Stage;
import org.jspecify.annotations.Nullable;

/**
 * What the running instance tells an operator's command: first one of {@link Status},
 * {@link Accepted} or {@link Refused}; after {@link Accepted}, {@link Progress} and
 * {@link Result} as they happen. Immutable.
 */
public sealed interface CommandAnswer {

	/**
	 * What the instance is and does.
	 *
	 * @param status the status
	 */
	record Status(HandoffStatus status) implements CommandAnswer {

	}

	/**
	 * It is being done.
	 *
	 * @param handoffId the handoff that has begun, or is being aborted or reverted
	 * @param pid the instance's process id
	 */
	record Accepted(String handoffId, long pid) implements CommandAnswer {

	}

	/**
	 * It cannot be done.
	 *
	 * @param code {@link FailureCode#BUSY} where a handoff stands in the way
	 * @param message what stands in the way
	 */
	record Refused(FailureCode code, String message) implements CommandAnswer {

	}

	/**
	 * The handoff has entered a stage. From {@link Stage#DRAIN} on the successor serves;
	 * {@link Stage#IDLE} is the end of it in this process.
	 *
	 * @param handoffId the handoff
	 * @param stage the stage
	 * @param millis milliseconds since the handoff, or its reversal, began
	 * @param successorPid the successor, or {@code null} before it is known
	 */
	record Progress(String handoffId, Stage stage, long millis, @Nullable Long successorPid) implements CommandAnswer {

	}

	/**
	 * The instance has put the handoff into its history: it has failed, is undone, or the
	 * predecessor has drained.
	 *
	 * @param handoff the whole handoff
	 */
	record Result(HandoffRecord handoff) implements CommandAnswer {

	}

}
