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

}
