package dev.hotswap.it.harness;

/**
 * Learns of everything that a load sees, on the load's thread. All times are those of
 * {@link System#nanoTime()}.
 */
public interface LoadObserver {

	/** Observes nothing. */
	LoadObserver NONE = new LoadObserver() {
	};

	/**
	 * The load's thread starts.
	 */
	default void started() {
	}

	/**
	 * A request was answered.
	 * @param due when it was to be sent
	 * @param at when the answer was complete
	 * @param answer the answer, with whatever status
	 */
	default void answered(long due, long at, Answer answer) {
	}

	/**
	 * A request failed.
	 * @param due when it was to be sent
	 * @param at when it failed
	 */
	default void failed(long due, long at) {
	}

	/**
	 * A kept connection ended.
	 * @param at when it ended, or when its end was announced
	 * @param end how it ended
	 */
	default void ended(long at, End end) {
	}

	/**
	 * How a kept connection ended.
	 */
	enum End {

		/** Its last response said {@code Connection: close}. */
		ANNOUNCED,

		/** The server closed it without having said so. */
		SILENT,

		/** With an error. */
		RESET

	}

}
