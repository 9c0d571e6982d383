package dev.hotswap.web;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Looks at all connections from time to time: ends those that have been idle for too
 * long, and warns of requests that take too long, once per request. Runs on its
 * scheduler's thread, and may be stopped from any.
 */
public final class ConnectionWatch implements Runnable {

	private static final Log logger = LogFactory.getLog(ConnectionWatch.class);

	private static final long MIN_PERIOD = Duration.ofMillis(50).toMillis();

	private static final long MAX_PERIOD = Duration.ofSeconds(10).toMillis();

	private final String connector;

	private final WatchedConnections connections;

	private final @Nullable Duration idleTimeout;

	private final @Nullable Duration activeWarning;

	private final ScheduledFuture<?> schedule;

	private ConnectionWatch(String connector, WatchedConnections connections, @Nullable Duration idleTimeout,
			@Nullable Duration activeWarning, ScheduledExecutorService scheduler, long period) {
		this.connector = connector;
		this.connections = connections;
		this.idleTimeout = idleTimeout;
		this.activeWarning = activeWarning;
		this.schedule = scheduler.scheduleWithFixedDelay(this, period, period, TimeUnit.MILLISECONDS);
	}

	/**
	 * Start to watch, at a quarter of the shortest time that matters.
	 * @param connector the connector's name
	 * @param connections its connections
	 * @param monitoring what to watch for
	 * @param scheduler runs the watch
	 * @return the watch, or {@code null} if there is nothing to watch for
	 */
	public static @Nullable ConnectionWatch start(String connector, WatchedConnections connections,
			ConnectionMonitoring monitoring, ScheduledExecutorService scheduler) {
		long period = Math.min(quarter(monitoring.idleTimeout()), quarter(monitoring.activeWarning()));
		if (period == Long.MAX_VALUE) {
			return null;
		}
		return new ConnectionWatch(connector, connections, monitoring.idleTimeout(), monitoring.activeWarning(),
				scheduler, Math.max(MIN_PERIOD, Math.min(MAX_PERIOD, period)));
	}

	private static long quarter(@Nullable Duration duration) {
		return (duration != null) ? duration.toMillis() / 4 : Long.MAX_VALUE;
	}

	/**
	 * Watch no longer.
	 */
	public void stop() {
		this.schedule.cancel(false);
	}

	@Override
	public void run() {
		try {
			if (this.idleTimeout != null) {
				this.connections.evictIdle(this.idleTimeout);
			}
			if (this.activeWarning != null) {
				this.connections.longRequests(this.activeWarning)
					.forEach((request) -> logger
						.warn("A request of connector '" + this.connector + "' takes long: " + request));
			}
		}
		catch (RuntimeException ex) {
			// Thrown, it would end the schedule
			logger.warn("The connections of connector '" + this.connector + "' could not be looked at", ex);
		}
	}

	/**
	 * A connector's connections, as a watch sees them.
	 */
	public interface WatchedConnections {

		/**
		 * End connections that have been idle for too long.
		 * @param timeout for how long
		 */
		void evictIdle(Duration timeout);

		/**
		 * The requests that take too long and have not been named by an earlier call.
		 * @param age how long they must have taken
		 * @return descriptions of them
		 */
		Stream<String> longRequests(Duration age);

	}

}
