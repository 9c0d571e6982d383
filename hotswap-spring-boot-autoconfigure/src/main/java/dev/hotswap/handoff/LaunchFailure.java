package dev.hotswap.handoff;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.hotswap.FailureCode;
import dev.hotswap.control.ByeReason;
import dev.hotswap.control.ControlClient;
import dev.hotswap.control.ControlConnection;
import dev.hotswap.control.ControlHandler;
import dev.hotswap.control.ControlPath;
import dev.hotswap.control.Message;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Tells the predecessor why a process that it has launched does not come so far as to
 * take part in a handoff, as with a configuration that cannot be read. Without that it
 * would know an exit status only.
 */
public final class LaunchFailure {

	private static final Duration TIMEOUT = Duration.ofSeconds(2);

	private static final int MAX_CAUSES = 20;

	private static final int MAX_LENGTH = 1000;

	private static final Log logger = LogFactory.getLog(LaunchFailure.class);

	private LaunchFailure() {
	}

	/**
	 * Tell the predecessor, if this process was launched by one. Waits some seconds at
	 * most, and throws nothing.
	 * @param environment the environment of this process
	 * @param failure why the application does not start
	 */
	public static void report(Map<String, String> environment, Throwable failure) {
		LaunchMarker marker = LaunchMarker.of(environment.get(LaunchMarker.VARIABLE)).orElse(null);
		if (marker == null) {
			return;
		}
		try {
			Goodbye goodbye = new Goodbye();
			ControlConnection connection = ControlClient.connect(new ControlPath(marker.controlSocket()), TIMEOUT,
					goodbye);
			connection.bye(ByeReason.ABORTED, FailureCode.SUCCESSOR_EXITED.code(), describe(failure));
			goodbye.await();
		}
		catch (IOException | RuntimeException ex) {
			logger.debug("The predecessor could not be told why this process does not start", ex);
		}
	}

	/**
	 * What has happened, with the innermost cause, in one line.
	 */
	static String describe(Throwable failure) {
		// What the JDK and Spring throw where a signal ends the start
		if (failure instanceof IllegalStateException && "Shutdown in progress".equals(failure.getMessage())) {
			return "It was told to stop while it started.";
		}
		Throwable cause = failure;
		for (int i = 0; i < MAX_CAUSES && cause.getCause() != null; i++) {
			cause = cause.getCause();
		}
		String description = line(failure);
		return (cause == failure || description.contains(line(cause.getMessage()))) ? description
				: description + "; caused by " + line(cause);
	}

	private static String line(@Nullable Object text) {
		String line = String.valueOf(text).replaceAll("\\s+", " ").strip();
		return (line.length() > MAX_LENGTH) ? line.substring(0, MAX_LENGTH) + "…" : line;
	}

	/**
	 * Knows when all has been said.
	 */
	private static final class Goodbye implements ControlHandler {

		private final CountDownLatch ended = new CountDownLatch(1);

		@Override
		public void onMessage(ControlConnection connection, Message message) {
			message.close();
		}

		@Override
		public void onEnd(ControlConnection connection, @Nullable Exception cause) {
			this.ended.countDown();
		}

		void await() {
			try {
				if (!this.ended.await(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
					logger.debug("The predecessor takes its time");
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

	}

}
