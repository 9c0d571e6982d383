package dev.hotswap.process;

import java.io.IOException;

/**
 * Launches processes. May be called by any thread.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ProcessLauncher extends AutoCloseable {

	/**
	 * Launch a process.
	 * @param request what to launch
	 * @return the process
	 * @throws IOException when it could not be launched; then no process is left
	 */
	LaunchedProcess launch(LaunchRequest request) throws IOException;

	/**
	 * Do in advance what makes a later launch faster. Blocks, for minutes at most; ends
	 * early when something is launched, or with {@link #close()}. What goes wrong is
	 * logged.
	 * @param request what would be launched now
	 */
	default void prepare(LaunchRequest request) {
	}

	/**
	 * Prepare nothing more. What has been launched lives on.
	 */
	@Override
	default void close() {
	}

}
