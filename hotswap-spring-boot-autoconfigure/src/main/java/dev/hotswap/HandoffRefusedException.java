package dev.hotswap;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a handoff is asked for and cannot start, since another one runs or the
 * process is not the active one.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public class HandoffRefusedException extends RuntimeException {

	/** The handoff that runs, or null. */
	private final @Nullable String runningId;

	/** The stage of this process. */
	private final Stage stage;

	/**
	 * Create the exception.
	 * @param message what stands in the way
	 * @param runningId the id of the handoff that runs, if one does
	 * @param stage the stage that it is in
	 */
	public HandoffRefusedException(String message, @Nullable String runningId, Stage stage) {
		super(message);
		this.runningId = runningId;
		this.stage = stage;
	}

	/**
	 * The handoff that runs already.
	 * @return its id, or {@code null} when none runs
	 */
	public @Nullable String getRunningId() {
		return this.runningId;
	}

	/**
	 * The stage of the handoff that runs already.
	 * @return the stage
	 */
	public Stage getStage() {
		return this.stage;
	}

}
