package dev.hotswap.handoff;

import java.io.IOException;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

/**
 * What a handoff means for the files that a service is run from: its releases, and those
 * that name its active process. Methods are called on worker threads, one at a time for
 * one process; what they throw is logged and harms no handoff unless they say so.
 */
public interface Deployment {

	/**
	 * A service without such files.
	 */
	Deployment NONE = new Deployment() {
	};

	/**
	 * See whether a release is fit to be launched. An exception is a problem.
	 * @param release the version that was asked for, or {@code null} for that which runs,
	 * or is current
	 * @return {@code null}, or what is wrong with it, for an operator
	 * @throws IOException if it cannot be looked at
	 */
	default @Nullable String verify(@Nullable String release) throws IOException {
		return (release != null) ? "This service has no folder of releases, so there is no release " + release + "."
				: null;
	}

	/**
	 * The executable jar to launch, as the last verification has chosen it.
	 * @return its real path, or {@code null} for the one of the command line
	 */
	default @Nullable Path jar() {
		return null;
	}

	/**
	 * The executable jar to launch where no release is asked for.
	 * @return its real path, or {@code null} for the one of the command line
	 * @throws IOException if that release is not fit to be launched
	 */
	default @Nullable Path defaultJar() throws IOException {
		return null;
	}

	/**
	 * The revision of the configuration that this process was started with.
	 * @return the revision, or {@code null} if it has read no file of configuration
	 */
	default @Nullable String revision() {
		return null;
	}

	/**
	 * This process is the active one from now on: files that name it must. Called once
	 * the application is ready, after a handoff to this process, when this process serves
	 * again after its successor's death or a revert, and when it serves on after a
	 * handoff or a revert that failed so late that the other process may have written
	 * them.
	 * @throws IOException if a file could not be written
	 */
	default void becameActive() throws IOException {
	}

	/**
	 * No older generation can resume any more: this process, which took over, has proven
	 * itself. Called once, and never when it is told to stop before.
	 * @throws IOException if a file could not be written
	 */
	default void proven() throws IOException {
	}

}
