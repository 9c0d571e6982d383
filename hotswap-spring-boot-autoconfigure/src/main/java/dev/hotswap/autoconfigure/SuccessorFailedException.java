package dev.hotswap.autoconfigure;

/**
 * Suppressed in whatever made the start of a successor fail, for those who explain that:
 * the beans that could be asked are destroyed by then.
 */
@SuppressWarnings("serial")
final class SuccessorFailedException extends RuntimeException {

	SuccessorFailedException() {
		super("This process was to take over from another one");
	}

	/**
	 * Whether it is suppressed in a failure.
	 */
	static boolean isIn(Throwable failure) {
		for (Throwable suppressed : failure.getSuppressed()) {
			if (suppressed instanceof SuccessorFailedException) {
				return true;
			}
		}
		return false;
	}

}
