package dev.hotswap.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A page in Markdown that has the figures between two comments, and all that people wrote
 * around them.
 */
final class Page {

	static final String BEGIN = "<!-- figures: written by the command \"render\" -->";

	static final String END = "<!-- end of figures -->";

	private final Path file;

	Page(Path file) {
		this.file = file;
	}

	/**
	 * Replace the figures, and the charts in a folder that is named after the page.
	 * @param results what was measured
	 * @throws IOException if the page or a chart cannot be written
	 */
	void render(Results results) throws IOException {
		String folder = this.file.getFileName().toString().replaceFirst("\\.md$", "");
		StringBuilder figures = new StringBuilder();
		section("Handoff", results.read(HandoffBenchmark.NAME, HandoffRun.class), (runs) -> {
			HandoffReport report = new HandoffReport(runs);
			String markdown = report.markdown(folder);
			report.charts().forEach((name, svg) -> write(this.file.resolveSibling(folder).resolve(name), svg));
			return markdown;
		}, figures);
		section("Throughput", results.read(ThroughputBenchmark.NAME, ThroughputBenchmark.Run.class),
				ThroughputReport::markdown, figures);
		section("Memory", results.read(MemoryBenchmark.NAME, MemoryBenchmark.Run.class), MemoryReport::markdown,
				figures);
		section("Micro-benchmarks", results.read(MicroBenchmarks.NAME, MicroBenchmarks.Run.class),
				MicroReport::markdown, figures);
		String page = Files.exists(this.file) ? Files.readString(this.file) : BEGIN + "\n" + END + "\n";
		write(this.file, replaceFigures(page, figures.isEmpty() ? "Not measured yet.\n" : figures.toString().strip()));
		System.out.println("Wrote " + this.file);
	}

	private static <T> void section(String title, Optional<Results.Result<T>> result, Function<List<T>, String> report,
			StringBuilder figures) {
		result.ifPresent((present) -> figures.append("### ")
			.append(title)
			.append("\n\n")
			.append(circumstances(present))
			.append(report.apply(present.runs())));
	}

	static String replaceFigures(String page, String figures) {
		int begin = page.indexOf(BEGIN);
		int end = page.indexOf(END);
		if (begin < 0 || end < begin) {
			throw new IllegalArgumentException("The page has no place for figures between '" + BEGIN + "' and '" + END);
		}
		return page.substring(0, begin + BEGIN.length()) + "\n\n" + figures.strip() + "\n\n" + page.substring(end);
	}

	private static String circumstances(Results.Result<?> result) {
		Machine machine = result.machine();
		String settings = result.settings()
			.entrySet()
			.stream()
			.filter((setting) -> !setting.getValue().isEmpty())
			.map((setting) -> "--%s=%s".formatted(setting.getKey(), setting.getValue()))
			.collect(Collectors.joining(" "));
		return """
				%s, revision %s. %s, %d cores, %d GiB; %s, Linux %s; JDK %s. Settings: `%s`

				""".formatted(LocalDate.ofInstant(result.started(), ZoneOffset.UTC), result.revision(),
				machine.processor(), machine.cores(), machine.memory(), machine.system(), machine.kernel(),
				String.join(", ", machine.jdks()), settings);
	}

	private static void write(Path file, String content) {
		try {
			Files.createDirectories(file.toAbsolutePath().getParent());
			Files.writeString(file, content);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
