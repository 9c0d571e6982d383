package dev.hotswap.trigger;

/**
 * Thrown when a signal cannot be handled in this JVM.
 */
@SuppressWarnings("serial")
public final class SignalUnavailableException extends RuntimeException {

	SignalUnavailableException(String name, IllegalArgumentException cause) {
		super("The signal '" + name + "' cannot start a handoff: " + cause.getMessage(), cause);
	}

}
