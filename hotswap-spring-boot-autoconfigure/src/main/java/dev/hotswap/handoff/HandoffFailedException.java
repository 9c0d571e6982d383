package dev.hotswap.handoff;

import dev.hotswap.FailureCode;

/**
 * Thrown when this process cannot succeed the one that serves its address.
 */
@SuppressWarnings("serial")
public final class HandoffFailedException extends Exception {

	/** Why it failed. */
	private final FailureCode code;

	/**
	 * Create the exception.
	 * @param code why
	 * @param message what happened, for an operator
	 */
	public HandoffFailedException(FailureCode code, String message) {
		super(message);
		this.code = code;
	}

	/**
	 * Why.
	 * @return the failure code
	 */
	public FailureCode code() {
		return this.code;
	}

}
