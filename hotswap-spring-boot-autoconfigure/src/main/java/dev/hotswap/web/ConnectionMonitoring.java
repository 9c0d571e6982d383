package dev.hotswap.web;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How a connector watches its connections.
 *
 * @param idleTimeout after how much time without a request a connection is ended;
 * {@code null} leaves that to the server
 * @param activeWarning from which age on a request is worth a warning; {@code null} for
 * none
 * @param events where connection events go; {@code null} if nobody listens
 */
public record ConnectionMonitoring(@Nullable Duration idleTimeout, @Nullable Duration activeWarning,
		@Nullable ConnectionEvents events) {

	/**
	 * No monitoring, at no cost.
	 */
	public static final ConnectionMonitoring NONE = new ConnectionMonitoring(null, null, null);

	/**
	 * Create a monitoring.
	 * @param idleTimeout after how much time a connection is ended, or {@code null}
	 * @param activeWarning from which age on to warn of a request, or {@code null}
	 * @param events where connection events go, or {@code null}
	 * @throws IllegalArgumentException if one of the times is not positive
	 */
	public ConnectionMonitoring {
		requirePositive(idleTimeout, "idle timeout");
		requirePositive(activeWarning, "active warning");
	}

	private static void requirePositive(@Nullable Duration duration, String name) {
		if (duration != null && (duration.isNegative() || duration.isZero())) {
			throw new IllegalArgumentException("The " + name + " must be positive, not " + duration);
		}
	}

}
