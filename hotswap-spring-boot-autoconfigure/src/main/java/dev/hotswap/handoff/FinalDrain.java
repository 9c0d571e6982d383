package dev.hotswap.handoff;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import dev.hotswap.HandoffRecord;
import dev.hotswap.listener.KeptListeners;
import dev.hotswap.web.HandoffConnectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The drain of a process that stops without a successor. Its readiness refuses already,
 * and it serves on until whoever asks that has noticed; then it empties the accept
 * queues, closes the listeners, and finishes what it accepted. All of it runs on the
 * timer's one thread.
 */
final class FinalDrain {

	/**
	 * A connection that was not used for so long is ended: its client gives no occasion
	 * to announce the end. One that sends a request at least this often on each of its
	 * connections is told in time.
	 */
	static final Duration UNUSED = Duration.ofSeconds(5);

	/** What clients have to end what is idle at the deadline. */
	private static final Duration LINGER = Duration.ofSeconds(1);

	private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

	/** What all of it takes at most beyond the configured times. */
	static final Duration OVERHEAD = CLOSE_TIMEOUT.multipliedBy(4).plus(LINGER);

	private static final Log logger = LogFactory.getLog(FinalDrain.class);

	private final HandoffConnectors connectors;

	private final ConnectionAdoption adoption;

	private final HandoffSettings settings;

	private final KeptListeners kept;

	private final ScheduledExecutorService timer;

	private final Consumer<HandoffRecord.Connections> listener;

	/**
	 * Create a drain.
	 * @param connectors what to drain
	 * @param adoption what may still come in
	 * @param settings how long it may take
	 * @param kept which listeners the service manager keeps open
	 * @param timer whose thread to run on
	 * @param listener told what became of the connections
	 */
	FinalDrain(HandoffConnectors connectors, ConnectionAdoption adoption, HandoffSettings settings, KeptListeners kept,
			ScheduledExecutorService timer, Consumer<HandoffRecord.Connections> listener) {
		this.connectors = connectors;
		this.adoption = adoption;
		this.settings = settings;
		this.kept = kept;
		this.timer = timer;
		this.listener = listener;
	}

	void start() {
		if (this.connectors.all().isEmpty()) {
			// Told to stop before its web server has started
			this.listener.accept(new HandoffRecord.Connections(0, 0, 0, 0));
			return;
		}
		Duration delay = this.settings.announceDelay();
		if (!delay.isZero()) {
			logger.info("Stopping: readiness refuses; the listeners close in " + delay.toMillis() + " ms");
		}
		this.timer.schedule(this::closeListeners, delay.toMillis(), TimeUnit.MILLISECONDS);
	}

	private void closeListeners() {
		Duration timeout = this.settings.stopTimeout();
		if (timeout.isZero()) {
			this.listener.accept(new HandoffRecord.Connections(0, 0, 0, 0));
			return;
		}
		try {
			this.connectors.closeListeners(CLOSE_TIMEOUT, (connector) -> this.kept.contains(connector.address()));
		}
		catch (IOException | RuntimeException ex) {
			logger.warn("A listener closed before its accept queue was empty", ex);
		}
		logger.info("Stopping: the listeners are closed; draining " + Drain.count(this.connectors)
				+ " connections, for " + timeout.toMillis() + " ms at most");
		new Drain(this.connectors, this.adoption, null, DrainParticipants.none(), timeout, this.settings.drainSpread(),
				UNUSED, LINGER, this.timer, this::drained)
			.start();
	}

	private void drained(HandoffRecord.Connections connections) {
		int left = Drain.count(this.connectors);
		if (left > 0) {
			logger.warn("Stopping: " + left + " connections had not ended at the drain's deadline");
		}
		this.listener.accept(connections);
	}

}
