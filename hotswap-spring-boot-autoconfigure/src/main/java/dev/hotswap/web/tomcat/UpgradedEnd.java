package dev.hotswap.web.tomcat;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;

import org.apache.coyote.http11.upgrade.InternalHttpUpgradeHandler;
import org.apache.coyote.http11.upgrade.UpgradeProcessorInternal;
import org.jspecify.annotations.Nullable;

/**
 * The end of a connection that speaks HTTP/2 or WebSocket. What it writes may have to
 * wait for the client, so that worker threads do it.
 */
final class UpgradedEnd {

	/**
	 * A client may send its next request as soon as it has a response, and some abandon
	 * it when a GOAWAY crosses it.
	 */
	private static final long REST = Duration.ofMillis(50).toNanos();

	private final HandoffSocketWrapper connection;

	private volatile boolean announced;

	private volatile boolean endingSession;

	UpgradedEnd(HandoffSocketWrapper connection) {
		this.connection = connection;
	}

	/**
	 * Announce the end, if the protocol can and it has not been announced. What Tomcat
	 * does for each connection of a connector that pauses
	 * ({@code AbstractProtocol.ConnectionHandler.pause}), without the pause: HTTP/2 sends
	 * a GOAWAY, WebSocket does nothing.
	 * @param amidStreams whether to announce it to a connection that has streams in
	 * flight, or had a moment ago
	 */
	void announce(boolean amidStreams) {
		UpgradeProcessorInternal processor = this.announced ? null : processor();
		if (processor != null && (amidStreams || rests(processor))) {
			this.announced = true;
			if (!execute(processor::pause)) {
				this.announced = false;
			}
		}
	}

	private boolean rests(UpgradeProcessorInternal processor) {
		InternalHttpUpgradeHandler handler = handler(processor);
		return System.nanoTime() - this.connection.lastUse() >= REST
				&& (handler == null || !Http2Streams.areActive(handler));
	}

	/**
	 * End an HTTP/2 connection without streams with a GOAWAY. Only without streams does
	 * its keep-alive time run, and then it is over by the end of time.
	 */
	void endIfIdle() {
		UpgradeProcessorInternal processor = processor();
		if (processor != null) {
			processor.timeoutAsync(Long.MAX_VALUE);
		}
	}

	/**
	 * Whether the connection is in a WebSocket session whose end has not begun.
	 * @return whether {@link #endSession()} would end it
	 */
	boolean isOpenSession() {
		UpgradeProcessorInternal processor = this.endingSession ? null : processor();
		InternalHttpUpgradeHandler handler = (processor != null) ? handler(processor) : null;
		return handler != null && WebSocketSessions.isOpen(handler);
	}

	/**
	 * Begin to end the WebSocket session, and tell the application.
	 */
	void endSession() {
		UpgradeProcessorInternal processor = processor();
		InternalHttpUpgradeHandler handler = (processor != null) ? handler(processor) : null;
		if (handler != null) {
			this.endingSession = true;
			if (!execute(() -> WebSocketSessions.end(handler))) {
				this.endingSession = false;
			}
		}
	}

	private @Nullable UpgradeProcessorInternal processor() {
		return (this.connection.getCurrentProcessor() instanceof UpgradeProcessorInternal processor) ? processor : null;
	}

	private static @Nullable InternalHttpUpgradeHandler handler(UpgradeProcessorInternal processor) {
		return (processor.getUpgradeToken().httpUpgradeHandler() instanceof InternalHttpUpgradeHandler handler)
				? handler : null;
	}

	private boolean execute(Runnable step) {
		try {
			this.connection.execute(step);
			return true;
		}
		catch (RejectedExecutionException ex) {
			// The endpoint stops, or all threads are busy: later
			return false;
		}
	}

}
