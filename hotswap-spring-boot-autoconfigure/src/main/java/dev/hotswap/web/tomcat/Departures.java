package dev.hotswap.web.tomcat;

import java.io.IOException;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import dev.hotswap.web.IdleConnection;

/**
 * Gives idle connections up, many at a time: one pass of the poller's selector
 * deregisters them all, and the poller is the only one who may run a pass, since it walks
 * through the selected keys without a lock.
 */
final class Departures {

	static final int MAX = 256;

	private static final Duration PASS_TIMEOUT = Duration.ofSeconds(5);

	private static final long FIRST_PAUSE = Duration.ofNanos(20_000).toNanos();

	private static final long LAST_PAUSE = Duration.ofMillis(1).toNanos();

	private final HandoffNioEndpoint endpoint;

	private final boolean warmUp;

	private final Duration passTimeout;

	private final List<Departure> pending = new ArrayList<>();

	/**
	 * Create departures.
	 * @param endpoint whose connections leave
	 * @param warmUp whether it is those for a warm-up, which are not counted, or all
	 * others
	 */
	Departures(HandoffNioEndpoint endpoint, boolean warmUp) {
		this(endpoint, warmUp, PASS_TIMEOUT);
	}

	Departures(HandoffNioEndpoint endpoint, boolean warmUp, Duration passTimeout) {
		this.endpoint = endpoint;
		this.warmUp = warmUp;
		this.passTimeout = passTimeout;
	}

	synchronized List<IdleConnection> giveUp(int max) throws IOException {
		if (max < 1 || max > MAX) {
			throw new IllegalArgumentException("Between 1 and " + MAX + " connections at a time, not " + max);
		}
		Selector selector = this.endpoint.selector();
		if (selector == null) {
			return List.of();
		}
		choose(max, selector);
		if (this.pending.isEmpty()) {
			return List.of();
		}
		this.pending.forEach(Departure::cancel);
		selector.wakeup();
		awaitDeregistration();
		List<IdleConnection> connections = this.pending.stream().map(Departure::finish).toList();
		this.pending.clear();
		if (!this.warmUp) {
			this.endpoint.counters().addGivenUp(connections.size());
		}
		return connections;
	}

	private void choose(int max, Selector selector) throws IOException {
		Iterator<HandoffSocketWrapper> candidates = this.endpoint.openConnections()
			.filter((connection) -> connection.isWarmUp() == this.warmUp)
			.iterator();
		while (this.pending.size() < max && candidates.hasNext()) {
			try {
				Departure departure = candidates.next().departIfIdle(selector);
				if (departure != null) {
					this.pending.add(departure);
				}
			}
			catch (IOException ex) {
				if (this.pending.isEmpty()) {
					throw ex;
				}
				return;
			}
		}
	}

	/**
	 * The JDK has no event for a deregistration. It takes the poller some microseconds
	 * once it runs.
	 */
	private void awaitDeregistration() throws IOException {
		long deadline = System.nanoTime() + this.passTimeout.toNanos();
		long pause = FIRST_PAUSE;
		boolean interrupted = false;
		try {
			for (Departure departure : this.pending) {
				while (!departure.isDeregistered()) {
					if (System.nanoTime() - deadline >= 0) {
						throw new IOException(
								"The poller's selector did not turn within " + this.passTimeout.toMillis() + " ms");
					}
					LockSupport.parkNanos(pause);
					// Parking does not wait while the thread is interrupted
					interrupted |= Thread.interrupted();
					pause = Math.min(pause * 2, LAST_PAUSE);
				}
			}
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/**
	 * Close what could not leave before the server stopped.
	 */
	synchronized void abandon() {
		this.pending.forEach(Departure::abandon);
		this.pending.clear();
	}

}
