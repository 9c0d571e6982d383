package dev.hotswap.process;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a command line runs.
 */
final class Executable {

	private Executable() {
	}

	/**
	 * Find the JDK's launcher that a request names.
	 * @param request what to launch
	 * @return the file, or nothing if it names another program, or none that can be run
	 */
	static Optional<Path> java(LaunchRequest request) {
		Path named = Path.of(request.commandLine().words().get(0));
		if (!named.endsWith("java")) {
			return Optional.empty();
		}
		if (named.getNameCount() > 1) {
			return Optional.of(request.directory().resolve(named)).filter(Executable::isExecutable);
		}
		return Arrays.stream(request.environment().getOrDefault("PATH", "").split(File.pathSeparator))
			.map((folder) -> request.directory().resolve(folder).resolve(named))
			.filter(Executable::isExecutable)
			.findFirst();
	}

	private static boolean isExecutable(Path path) {
		return Files.isRegularFile(path) && Files.isExecutable(path);
	}

}
