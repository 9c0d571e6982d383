package dev.hotswap.autoconfigure;

import dev.hotswap.process.PidFileException;

/**
 * Thrown when the PID file cannot be used.
 */
@SuppressWarnings("serial")
final class PidFileFailedException extends RuntimeException {

	PidFileFailedException(PidFileException cause) {
		super(cause.getMessage(), cause);
	}

}
