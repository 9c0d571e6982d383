package dev.hotswap.process;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Launches processes with a higher nice value than this process has, so that they take
 * the processors from nobody while they start. Only where they will be permitted to go
 * back, which takes the capability {@code CAP_SYS_NICE} or a sufficient
 * {@code RLIMIT_NICE}, see setpriority(2): one that had to stay behind when it serves
 * would be worse than none. May be called by any thread.
 *
 * @since 0.1.0
 */
public final class NiceLauncher implements ProcessLauncher {

	/** How a nice value of 0 is written as RLIMIT_NICE, see getrlimit(2). */
	private static final int ZERO_AS_LIMIT = 20;

	private static final Log logger = LogFactory.getLog(NiceLauncher.class);

	private final ProcessLauncher launcher;

	private final int increment;

	/** Tells by its status whether a process may go back to a value. */
	private final IntFunction<List<String>> trial;

	/**
	 * Create a launcher.
	 * @param launcher launches the processes
	 * @param increment what to add to the nice value; at most 19 come of it
	 */
	public NiceLauncher(ProcessLauncher launcher, int increment) {
		this(launcher, increment, (usual) -> List.of("nice", "-n", Integer.toString(increment), "sh", "-c",
				"exec renice \"$0\" -p $$", Integer.toString(usual)));
	}

	NiceLauncher(ProcessLauncher launcher, int increment, IntFunction<List<String>> trial) {
		this.launcher = launcher;
		this.increment = increment;
		this.trial = trial;
	}

	@Override
	public LaunchedProcess launch(LaunchRequest request) throws IOException {
		// What cannot be run is to be an error here, and nice(1) has a status for it only
		return this.launcher.launch((isExecutable(request) && isReversible()) ? nicer(request) : request);
	}

	private LaunchRequest nicer(LaunchRequest request) throws IOException {
		List<String> words = new ArrayList<>(List.of("nice", "-n", Integer.toString(this.increment)));
		words.addAll(request.commandLine().words());
		Map<String, String> environment = new HashMap<>(request.environment());
		environment.put(NiceValue.VARIABLE, Integer.toString(NiceValue.ofThisProcess()));
		return new LaunchRequest(new CommandLine(words), request.directory(), environment);
	}

	private static boolean isExecutable(LaunchRequest request) {
		String executable = request.commandLine().words().get(0);
		if (executable.indexOf('/') >= 0) {
			return isExecutable(request.directory().resolve(executable));
		}
		return Arrays.stream(request.environment().getOrDefault("PATH", "").split(File.pathSeparator))
			.filter((folder) -> !folder.isEmpty())
			.anyMatch((folder) -> isExecutable(Path.of(folder, executable)));
	}

	private static boolean isExecutable(Path path) {
		return Files.isRegularFile(path) && Files.isExecutable(path);
	}

	/** Tried out, since containers have more ways to forbid it than can be asked for. */
	private boolean isReversible() {
		try {
			int usual = NiceValue.ofThisProcess();
			if (NiceValue.run(this.trial.apply(usual)) == 0) {
				return true;
			}
			logger.info("A nice value that was raised cannot be lowered again here, which takes CAP_SYS_NICE or an "
					+ "RLIMIT_NICE of " + (ZERO_AS_LIMIT - usual)
					+ ": the successor starts with that of this process (hotswap.launch.nice)");
		}
		catch (IOException ex) {
			logger.info("The successor starts with the nice value of this process (hotswap.launch.nice): " + ex);
		}
		return false;
	}

}
