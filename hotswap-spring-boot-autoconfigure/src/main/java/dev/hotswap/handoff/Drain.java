package dev.hotswap.handoff;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import dev.hotswap.HandoffRecord;
import dev.hotswap.web.Census;
import dev.hotswap.web.HandoffConnector;
import dev.hotswap.web.HandoffConnectors;
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

	private final HandoffConnectors connectors;

	private final Duration timeout;

	private final Consumer<HandoffRecord.Connections> ended;

	private final int held;

	private long deadline;

	private boolean idleEnded;

	private @Nullable ScheduledFuture<?> ticks;

	Drain(HandoffConnectors connectors, Duration timeout, Consumer<HandoffRecord.Connections> ended) {
		this.connectors = connectors;
		this.timeout = timeout;
		this.ended = ended;
		this.held = connectors.census().total();
	}

	synchronized void start(ScheduledExecutorService timer) {
		this.connectors.all().forEach(HandoffConnector::announceEnd);
		this.deadline = System.nanoTime() + this.timeout.toNanos();
		this.ticks = timer.scheduleWithFixedDelay(this::look, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
	}

	private synchronized void look() {
		Census census = this.connectors.census();
		boolean late = System.nanoTime() - this.deadline >= 0;
		if (late && !this.idleEnded) {
			this.connectors.all().forEach(HandoffConnector::endIdle);
			this.idleEnded = true;
			this.deadline = System.nanoTime() + LINGER.toNanos();
		}
		else if (late || census.total() == 0) {
			if (this.ticks != null) {
				this.ticks.cancel(false);
			}
			// Whatever is left is in the middle of a request, or its client keeps it open
			this.ended
				.accept(new HandoffRecord.Connections(0, 0, Math.max(0, this.held - census.total()), census.total()));
		}
	}

}
