package dev.hotswap.process;

import java.io.IOException;

/**
 * The PID file cannot be used. The message says what is wrong with it, and what to do.
 *
 * @since 0.1.0
 */
public final class PidFileException extends IOException {

	PidFileException(String message) {
		super(message);
	}

	PidFileException(String message, Throwable cause) {
		super(message, cause);
	}

}
