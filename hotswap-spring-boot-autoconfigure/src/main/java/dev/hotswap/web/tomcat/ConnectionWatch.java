package dev.hotswap.web.tomcat;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import dev.hotswap.web.ConnectionMonitoring;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Looks at all connections from time to time: ends those that have been idle for too
 * long, and warns of requests that take too long, once per request.
 */
final class ConnectionWatch implements Runnable {

	private static final Log logger = LogFactory.getLog(ConnectionWatch.class);

	private static final long MIN_PERIOD = Duration.ofMillis(50).toMillis();

	private static final long MAX_PERIOD = Duration.ofSeconds(10).toMillis();

	private final String connector;

	private final HandoffNioEndpoint endpoint;

	private final @Nullable Duration idleTimeout;

	private final @Nullable Duration activeWarning;

	private final ScheduledFuture<?> schedule;

	private ConnectionWatch(String connector, HandoffNioEndpoint endpoint, @Nullable Duration idleTimeout,
			@Nullable Duration activeWarning, ScheduledExecutorService scheduler, long period) {
		this.connector = connector;
		this.endpoint = endpoint;
		this.idleTimeout = idleTimeout;
		this.activeWarning = activeWarning;
		this.schedule = scheduler.scheduleWithFixedDelay(this, period, period, TimeUnit.MILLISECONDS);
	}

	/**
	 * Start to watch, at a quarter of the shortest time that matters.
	 * @return the watch, or {@code null} if there is nothing to watch for
	 */
	static @Nullable ConnectionWatch start(String connector, HandoffNioEndpoint endpoint,
			ConnectionMonitoring monitoring) {
		long period = Math.min(quarter(monitoring.idleTimeout()), quarter(monitoring.activeWarning()));
		if (period == Long.MAX_VALUE) {
			return null;
		}
		return new ConnectionWatch(connector, endpoint, monitoring.idleTimeout(), monitoring.activeWarning(),
				endpoint.getUtilityExecutor(), Math.max(MIN_PERIOD, Math.min(MAX_PERIOD, period)));
	}

	private static long quarter(@Nullable Duration duration) {
		return (duration != null) ? duration.toMillis() / 4 : Long.MAX_VALUE;
	}

	void stop() {
		this.schedule.cancel(false);
	}

	@Override
	public void run() {
		try {
			if (this.idleTimeout != null) {
				evict(this.idleTimeout);
			}
			if (this.activeWarning != null) {
				warn(this.activeWarning);
			}
		}
		catch (RuntimeException ex) {
			// Thrown, it would end the schedule
			logger.warn("The connections of connector '" + this.connector + "' could not be looked at", ex);
		}
	}

	private void evict(Duration timeout) {
		long latest = System.currentTimeMillis() - timeout.toMillis();
		long evicted = this.endpoint.openConnections()
			.filter((connection) -> connection.lastUse() < latest && connection.endIfIdle())
			.count();
		this.endpoint.counters().evicted.addAndGet(evicted);
	}

	private void warn(Duration age) {
		long latest = System.nanoTime() - age.toNanos();
		this.endpoint.openConnections().forEach((connection) -> {
			String request = connection.longRequest(latest);
			if (request != null) {
				logger.warn("A request of connector '" + this.connector + "' takes long: " + request);
			}
		});
	}

}
