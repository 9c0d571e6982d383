package dev.hotswap.process;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Launches successors with the idle policy, which they {@linkplain GentleStart leave}
 * before they serve: a JVM of which it is known that it will, where that is permitted.
 * May be called by any thread.
 *
 * @since 0.1.0
 */
public final class GentleLauncher implements ProcessLauncher {

	/** Within which time a JVM that gets a processor has come to our code. */
	private static final long PATIENCE_SECONDS = 3;

	private static final Log logger = LogFactory.getLog(GentleLauncher.class);

	private final ProcessLauncher launcher;

	/**
	 * Create a launcher.
	 * @param launcher launches the processes
	 */
	public GentleLauncher(ProcessLauncher launcher) {
		this.launcher = launcher;
	}

	@Override
	public LaunchedProcess launch(LaunchRequest request) throws IOException {
		// What cannot be run is to be an error here, and chrt has a status for it only
		if (Executable.java(request).isEmpty() || !isPermitted()) {
			return this.launcher.launch(request);
		}
		List<String> words = new ArrayList<>(IdlePolicy.PREFIX);
		words.addAll(request.commandLine().words());
		LaunchedProcess process = this.launcher
			.launch(new LaunchRequest(new CommandLine(words), request.directory(), request.environment())
				.with(GentleStart.VARIABLE, "true"));
		try {
			CompletableFuture.delayedExecutor(PATIENCE_SECONDS, TimeUnit.SECONDS).execute(() -> look(process.id()));
		}
		catch (OutOfMemoryError ex) {
			// No thread for it. The process lives, and belongs to the caller
			logger.warn("Nobody looks whether process " + process.id().pid() + " gets enough of the processors", ex);
		}
		return process;
	}

	private static boolean isPermitted() {
		try {
			IdlePolicy.tryOut();
			return true;
		}
		catch (IOException ex) {
			logger.info("The successor starts at its usual priority, in spite of hotswap.launch.gentle: "
					+ ex.getMessage());
			return false;
		}
	}

	/** Later on, the process itself takes care that it is not starved. */
	private static void look(ProcessId process) {
		try {
			if (!process.isDead() && !GentleStart.hasBegun(process)) {
				new IdlePolicy(process.pid()).restore();
				logger.info("No processor has time to spare, so process " + process.pid()
						+ " goes on starting at its usual priority");
			}
		}
		catch (IOException | RuntimeException ex) {
			if (!process.isDead()) {
				logger.warn("Process " + process.pid() + " may not get enough of the processors", ex);
			}
		}
	}

}
