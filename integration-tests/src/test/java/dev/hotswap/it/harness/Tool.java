package dev.hotswap.it.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program that a person or a script runs, with its end waited for.
 *
 * @param status the exit status
 * @param output the output and the errors
 * @param took how long it ran
 */
public record Tool(int status, String output, Duration took) {

	private static final Duration PATIENCE = Duration.ofMinutes(3);

	/**
	 * Run a program to its end.
	 * @param folder where to run it, and to keep its output while it runs
	 * @param environment variables to add
	 * @param words the program and its arguments
	 * @return what became of it
	 * @throws IOException if it cannot be started
	 */
	public static Tool run(Path folder, Map<String, String> environment, String... words) throws IOException {
		return run(folder, environment, List.of(words));
	}

	/**
	 * Run a program to its end.
	 * @param folder where to run it, and to keep its output while it runs
	 * @param environment variables to add
	 * @param words the program and its arguments
	 * @return what became of it
	 * @throws IOException if it cannot be started
	 */
	public static Tool run(Path folder, Map<String, String> environment, List<String> words) throws IOException {
		Path output = Files.createTempFile(folder, "tool", ".log");
		ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(words)).directory(folder.toFile())
			.redirectErrorStream(true)
			.redirectOutput(output.toFile());
		builder.environment().putAll(environment);
		long begun = System.nanoTime();
		Process process = builder.start();
		try {
			if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
				throw new AssertionError(words + " still runs: " + Files.readString(output));
			}
			return new Tool(process.exitValue(), Files.readString(output), Duration.ofNanos(System.nanoTime() - begun));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
		finally {
			process.destroyForcibly();
		}
	}

}
