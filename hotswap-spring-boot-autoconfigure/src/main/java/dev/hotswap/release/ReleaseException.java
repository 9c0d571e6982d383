package dev.hotswap.release;

import java.io.IOException;

/**
 * A release cannot be used. The message says what is wrong with it, and what to do.
 *
 * @since 0.1.0
 */
public final class ReleaseException extends IOException {

	ReleaseException(String message) {
		super(message);
	}

	ReleaseException(String message, Throwable cause) {
		super(message + " (" + cause.getClass().getSimpleName() + ": " + cause.getMessage() + ")", cause);
	}

}
