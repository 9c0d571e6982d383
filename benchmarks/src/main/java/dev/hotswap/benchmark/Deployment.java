package dev.hotswap.benchmark;

import org.jspecify.annotations.Nullable;

/**
 * A running application, and a way to replace its process by another.
 */
interface Deployment extends AutoCloseable {

	/**
	 * Where its clients connect to.
	 * @return the port on 127.0.0.1
	 */
	int port();

	/**
	 * The process that serves before the replacement.
	 * @return its id
	 */
	long predecessor();

	/**
	 * Replace it.
	 * @param log sees the answers of both processes; the replacement is over when the
	 * predecessor has exited, or nothing is left to do for it to exit
	 */
	void replace(RequestLog log);

	/**
	 * Start the same application once more, as an operator would, on a port of its own,
	 * and end it. Called under load some time before the replacement.
	 */
	default void startAnother() {
	}

	/**
	 * What else is known of the replacement. Called once clients have gone; waits for the
	 * predecessor's exit.
	 * @return its story
	 */
	Story story();

	@Override
	default void close() {
	}

	/**
	 * A replacement's story. All times are those of {@link System#nanoTime()}.
	 *
	 * @param launched when the successor was launched
	 * @param started when a successor without the starter said that it had started, or
	 * {@code null} for one with it
	 * @param cutover when the cutover began, or {@code null} if only clients know
	 * @param serving when the successor said that it served, or {@code null} if only
	 * clients know
	 * @param warmUpMillis how much time the successor spent on a warm-up
	 * @param plainStartMillis how long the start of {@link Deployment#startAnother()}
	 * took, or 0
	 */
	record Story(long launched, @Nullable Long started, @Nullable Long cutover, @Nullable Long serving,
			long warmUpMillis, double plainStartMillis) {

		static Story ofPlainStart(long launched, long started) {
			return new Story(launched, started, null, null, 0, 0);
		}

	}

}
