package dev.hotswap.trigger;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Signals that the JVM would let us handle but that have another meaning, so that a
 * handler of ours would start handoffs that nobody asked for, or take the meaning away.
 */
final class ReservedSignals {

	private static final String STOPS = "it stops the process, which could not be stopped any more";

	private static final String HOTSPOTS = "HotSpot handles it itself";

	private static final Map<String, String> REASONS = Map.of("TERM", STOPS, "INT", STOPS, "CHLD",
			"the kernel sends it whenever a child of this process ends", "PIPE",
			"the kernel sends it when a client has gone", "BUS", HOTSPOTS, "TRAP", HOTSPOTS, "XFSZ", HOTSPOTS);

	private ReservedSignals() {
	}

	/**
	 * Say what a signal is there for.
	 * @param name the name without SIG
	 * @param environment the environment variables of this process
	 * @return the reason not to use it, or {@code null} when it is free
	 */
	static @Nullable String reason(String name, Map<String, String> environment) {
		if ("USR2".equals(name) && !AutomaticSignal.isUsr2Free(environment)) {
			return "the JVM suspends and resumes threads with it, so that every Flight Recorder recording would start "
					+ "handoffs; start the JVM with " + AutomaticSignal.VARIABLE + "=40 in the environment to free it";
		}
		return REASONS.get(name);
	}

}
