package dev.hotswap.watch;

import java.io.IOException;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What a process that is launched now would be started from.
 *
 * @param revision the revision of the configuration, or {@code null} if there are no
 * files
 * @param program the program, or {@code null} for that which runs
 */
record StartState(@Nullable String revision, @Nullable String program) {

	static StartState read(ConfigurationFiles files, Program program) throws IOException {
		return new StartState(files.currentRevision(), program.news());
	}

	boolean isRunning(@Nullable String running) {
		return this.program == null && Objects.equals(this.revision, running);
	}

	String changed(@Nullable String running) {
		String change = Objects.equals(this.revision, running) ? "" : nameOf(running) + " to " + nameOf(this.revision);
		if (this.program == null) {
			return change;
		}
		return change + (change.isEmpty() ? "" : "; ") + "to be launched is now " + this.program;
	}

	static String nameOf(@Nullable String revision) {
		return (revision != null) ? "revision " + revision : "no configuration files";
	}

}
