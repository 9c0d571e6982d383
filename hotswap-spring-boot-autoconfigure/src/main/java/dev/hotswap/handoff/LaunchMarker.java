package dev.hotswap.handoff;

import java.nio.file.Path;
import java.util.Optional;

import dev.hotswap.process.ProcessId;
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

	static Optional<LaunchMarker> of(@Nullable String value) {
		String[] parts = (value != null) ? value.split(";", 3) : new String[0];
		if (parts.length != 3) {
			return Optional.empty();
		}
		return Optional.of(new LaunchMarker(parts[0], ProcessId.parse(parts[1]), Path.of(parts[2])));
	}

	@Override
	public String toString() {
		return this.handoffId + ";" + this.predecessor + ";" + this.controlSocket;
	}

}
