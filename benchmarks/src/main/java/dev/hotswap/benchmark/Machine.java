package dev.hotswap.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;

import dev.hotswap.it.harness.Jdk;

/**
 * What figures depend on.
 *
 * @param processor the model
 * @param cores how many the JVM sees
 * @param memory in GiB
 * @param kernel the release
 * @param system the distribution
 * @param jdks the JDKs that were measured
 */
record Machine(String processor, int cores, long memory, String kernel, String system, List<String> jdks) {

	static Machine here(List<Jdk> jdks) {
		long kibibytes = Long.parseLong(field(Path.of("/proc/meminfo"), "MemTotal", ":").split(" ")[0]);
		return new Machine(field(Path.of("/proc/cpuinfo"), "model name", ":"),
				Runtime.getRuntime().availableProcessors(), Math.round(kibibytes / 1024.0 / 1024.0),
				System.getProperty("os.version"), field(Path.of("/etc/os-release"), "PRETTY_NAME", "="),
				jdks.stream().map(Machine::describe).toList());
	}

	private static String describe(Jdk jdk) {
		Properties release = new Properties();
		try (var input = Files.newInputStream(jdk.home().resolve("release"))) {
			release.load(input);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		String version = release.getProperty("JAVA_RUNTIME_VERSION", release.getProperty("JAVA_VERSION", "?"));
		return (version + " " + release.getProperty("IMPLEMENTOR", "")).replace("\"", "").trim();
	}

	/**
	 * A field of a file with a name and a value on each line.
	 */
	private static String field(Path file, String name, String separator) {
		try {
			return Files.readAllLines(file)
				.stream()
				.filter((line) -> line.startsWith(name))
				.map((line) -> line.substring(line.indexOf(separator) + 1).trim().replace("\"", ""))
				.findFirst()
				.orElse("unknown");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
