package dev.hotswap.process;

import java.io.IOException;

/**
 * Launches processes. May be called by any thread.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ProcessLauncher {

	/**
	 * Launch a process.
	 * @param request what to launch
	 * @return the process
	 * @throws IOException when it could not be launched; then no process is left
	 */
	LaunchedProcess launch(LaunchRequest request) throws IOException;

	/**
	 * Do in advance what makes later launches faster, if that is not done yet. Blocks,
	 * for minutes at most. What goes wrong is logged.
	 * @param request what would be launched now
	 */
	default void prepare(LaunchRequest request) {
	}

	/**
	 * End what {@link #prepare} does, and do no more of it: something will be launched,
	 * or nothing ever. Returns when the processes that it takes are gone.
	 */
	default void stopPreparing() {
	}

}
