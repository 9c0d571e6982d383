package dev.hotswap.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import dev.hotswap.it.harness.Jdk;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The folder with the results of each benchmark as JSON.
 */
final class Results {

	private static final JsonMapper MAPPER = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

	private final Path folder;

	Results(Path folder) {
		this.folder = folder;
	}

	Path file(String name) {
		try {
			return Files.createDirectories(this.folder).resolve(name);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Replace a benchmark's result, which is done after each of its runs: what was
	 * measured until then survives an abort.
	 * @param <T> what one run measures
	 * @param benchmark its name
	 * @param result all that it has measured until now
	 */
	<T> void write(String benchmark, Result<T> result) {
		MAPPER.writeValue(file(benchmark + ".json"), result);
	}

	/**
	 * Read a benchmark's result.
	 * @param <T> what one run measures
	 * @param benchmark its name
	 * @param runType what one run measures
	 * @return the result, or empty when it has not been measured
	 */
	<T> Optional<Result<T>> read(String benchmark, Class<T> runType) {
		Path file = this.folder.resolve(benchmark + ".json");
		JavaType type = MAPPER.getTypeFactory().constructParametricType(Result.class, runType);
		return Files.exists(file) ? Optional.of(MAPPER.readValue(file, type)) : Optional.empty();
	}

	/**
	 * A benchmark's result.
	 *
	 * @param <T> what one run measures
	 * @param started when the first run started
	 * @param revision the commit that was measured
	 * @param machine where
	 * @param settings how
	 * @param runs what was measured
	 */
	record Result<T>(Instant started, String revision, Machine machine, Map<String, String> settings, List<T> runs) {

		static <T> Result<T> begin(List<Jdk> jdks, Options options) {
			return new Result<>(Instant.now().truncatedTo(ChronoUnit.SECONDS), currentRevision(), Machine.here(jdks),
					options.settings(), List.of());
		}

		Result<T> with(List<T> runs) {
			return new Result<>(this.started, this.revision, this.machine, this.settings, List.copyOf(runs));
		}

		private static String currentRevision() {
			try {
				Process git = new ProcessBuilder("git", "describe", "--always", "--dirty").start();
				String revision = new String(git.getInputStream().readAllBytes()).trim();
				return (git.waitFor(10, TimeUnit.SECONDS) && git.exitValue() == 0) ? revision : "unknown";
			}
			catch (IOException ex) {
				return "unknown";
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				return "unknown";
			}
		}

	}

}
