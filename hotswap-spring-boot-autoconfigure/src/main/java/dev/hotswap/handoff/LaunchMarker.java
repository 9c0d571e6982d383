package dev.hotswap.handoff;

import java.nio.file.Path;
import java.util.Optional;

import dev.hotswap.process.ProcessId;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * How a launched successor knows its predecessor: from one environment variable, which it
 * does not pass on.
 *
 * @param handoffId the handoff that launched it
 * @param predecessor who launched it
 * @param controlSocket where to reach it
 */
record LaunchMarker(String handoffId, ProcessId predecessor, Path controlSocket) {

	/** Not a name that Boot could bind to a property of ours. */
	static final String VARIABLE = "_HOTSWAP_LAUNCHED_BY";

	private static final Log logger = LogFactory.getLog(LaunchMarker.class);

	/**
	 * Read the variable. A value that no predecessor of ours has written is ignored with
	 * a warning: whoever set it, the application can start as a process that succeeds
	 * nobody, and if its address is served, the control socket tells.
	 */
	static Optional<LaunchMarker> of(@Nullable String value) {
		if (value == null) {
			return Optional.empty();
		}
		try {
			String[] parts = value.split(";", 3);
			if (parts.length == 3 && !parts[0].isBlank() && Path.of(parts[2]).isAbsolute()) {
				return Optional.of(new LaunchMarker(parts[0], ProcessId.parse(parts[1]), Path.of(parts[2])));
			}
		}
		catch (IllegalArgumentException ex) {
			logger.debug("Not a launch marker", ex);
		}
		logger.warn("The environment variable " + VARIABLE + " is malformed and ignored: '" + value + "'");
		return Optional.empty();
	}

	@Override
	public String toString() {
		return this.handoffId + ";" + this.predecessor + ";" + this.controlSocket;
	}

}
