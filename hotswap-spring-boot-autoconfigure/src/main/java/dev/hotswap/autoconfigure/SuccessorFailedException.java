package dev.hotswap.autoconfigure;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

/**
 * Suppressed in whatever made the start of a successor fail, for those who explain that.
 */
@SuppressWarnings("serial")
final class SuccessorFailedException extends RuntimeException {

	/**
	 * Create the exception.
	 * @param listenerFailure why a listener could not be taken over, if that is what
	 * happened
	 */
	SuccessorFailedException(@Nullable IOException listenerFailure) {
		super("This process was to take over from another one, which serves on", listenerFailure);
	}

	/**
	 * Find it in a failure.
	 */
	static @Nullable SuccessorFailedException in(Throwable failure) {
		for (Throwable suppressed : failure.getSuppressed()) {
			if (suppressed instanceof SuccessorFailedException found) {
				return found;
			}
		}
		return null;
	}

}
