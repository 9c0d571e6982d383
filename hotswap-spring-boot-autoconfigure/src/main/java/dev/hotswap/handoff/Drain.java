package dev.hotswap.handoff;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import dev.hotswap.HandoffRecord;
import dev.hotswap.web.HandoffConnector;
import dev.hotswap.web.HandoffConnectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Finishes what a process has accepted: the end is announced on each connection's next
 * response, requests finish, and what is idle at the deadline is ended then. Looks at the
 * connectors at short intervals, since no server tells when its last connection has gone.
 * Runs on the timer's thread.
 */
final class Drain {

	private static final Duration INTERVAL = Duration.ofMillis(20);

	/** What clients have to end an idle connection after our end of it was shut down. */
	private static final Duration LINGER = Duration.ofSeconds(6);

	private static final Log logger = LogFactory.getLog(Drain.class);

	private final HandoffConnectors connectors;

	private final Duration timeout;

	private final Duration linger;

	private final Consumer<HandoffRecord.Connections> ended;

	private final int held;

	private long deadline;

	private boolean idleEnded;

	private @Nullable ScheduledFuture<?> ticks;

	Drain(HandoffConnectors connectors, Duration timeout, Consumer<HandoffRecord.Connections> ended) {
		this(connectors, timeout, LINGER, ended);
	}

	Drain(HandoffConnectors connectors, Duration timeout, Duration linger, Consumer<HandoffRecord.Connections> ended) {
		this.connectors = connectors;
		this.timeout = timeout;
		this.linger = linger;
		this.ended = ended;
		this.held = count();
	}

	synchronized void start(ScheduledExecutorService timer) {
		this.connectors.all().forEach((connector) -> attempt(connector, HandoffConnector::announceEnd));
		this.deadline = System.nanoTime() + this.timeout.toNanos();
		this.ticks = timer.scheduleWithFixedDelay(this::look, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
	}

	private synchronized void look() {
		int left = count();
		boolean late = System.nanoTime() - this.deadline >= 0;
		if (late && !this.idleEnded) {
			this.connectors.all().forEach((connector) -> attempt(connector, HandoffConnector::endIdle));
			this.idleEnded = true;
			this.deadline = System.nanoTime() + this.linger.toNanos();
		}
		else if (late || left == 0) {
			if (this.ticks != null) {
				this.ticks.cancel(false);
			}
			// Whatever is left is in the middle of a request, or its client keeps it open
			this.ended.accept(new HandoffRecord.Connections(0, 0, Math.max(0, this.held - left), left));
		}
	}

	/**
	 * A connector that fails counts as one that holds what it held until the deadline.
	 */
	private int count() {
		try {
			return this.connectors.census().total();
		}
		catch (RuntimeException ex) {
			logger.debug("The connections could not be counted", ex);
			return Math.max(1, this.held);
		}
	}

	private static void attempt(HandoffConnector connector, Consumer<HandoffConnector> step) {
		try {
			step.accept(connector);
		}
		catch (RuntimeException ex) {
			// The others still drain, and the deadline ends what this one holds
			logger.warn("Connector '" + connector.name() + "' failed to drain", ex);
		}
	}

}
