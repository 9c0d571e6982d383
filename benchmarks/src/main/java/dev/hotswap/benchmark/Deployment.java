package dev.hotswap.benchmark;

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
	 * What else is known of the replacement. Called once clients have gone; waits for the
	 * predecessor's exit.
	 * @return its story
	 */
	Story story();

	@Override
	default void close() {
	}

	/**
	 * A replacement's story.
	 *
	 * @param launched when the successor was launched, in {@link System#nanoTime()}'s
	 * terms
	 * @param warmUpMillis how much time the successor spent on a warm-up
	 */
	record Story(long launched, long warmUpMillis) {
	}

}
