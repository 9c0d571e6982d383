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
	 * @param plan finds what would be launched now, for who wants to know
	 */
	default void prepare(Plan plan) {
	}

	/**
	 * End what {@link #prepare} does, and do no more of it: something will be launched,
	 * or nothing ever. Returns when the processes that it takes are gone.
	 */
	default void stopPreparing() {
	}

	/**
	 * Finds what would be launched.
	 */
	@FunctionalInterface
	interface Plan {

		/**
		 * Plan a launch.
		 * @return what to launch
		 * @throws IOException when nothing could be launched
		 */
		LaunchRequest request() throws IOException;

	}

}
