package dev.hotswap.autoconfigure;

import dev.hotswap.FailureCode;
import dev.hotswap.handoff.HandoffFailedException;

import org.springframework.boot.ExitCodeGenerator;

/**
 * Thrown when this process was started to succeed another one and cannot. The process
 * exits with the failure's status.
 */
@SuppressWarnings("serial")
final class TakeoverFailedException extends RuntimeException implements ExitCodeGenerator {

	private final FailureCode code;

	TakeoverFailedException(HandoffFailedException cause) {
		super(cause.getMessage(), cause);
		this.code = cause.code();
	}

	FailureCode code() {
		return this.code;
	}

	@Override
	public int getExitCode() {
		return this.code.exitStatus();
	}

}
