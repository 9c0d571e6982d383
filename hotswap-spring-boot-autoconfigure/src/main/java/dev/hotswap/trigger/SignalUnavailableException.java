package dev.hotswap.trigger;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a signal cannot be handled in this JVM.
 */
@SuppressWarnings("serial")
public final class SignalUnavailableException extends RuntimeException {

	SignalUnavailableException(String name, String reason, @Nullable Throwable cause) {
		super("The signal '" + name + "' cannot start a handoff: " + reason, cause);
	}

}
