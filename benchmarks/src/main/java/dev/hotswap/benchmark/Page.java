package dev.hotswap.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
	 * @param results what was measured; each that has a benchmark has a part of its
	 * section
	 * @throws IOException if the page or a chart cannot be written
	 */
	void render(List<Results> results) throws IOException {
		String folder = this.file.getFileName().toString().replaceFirst("\\.md$", "");
		Map<String, String> charts = new LinkedHashMap<>();
		String figures = section("Handoff", HandoffBenchmark.NAME, HandoffRun.class, results, (runs) -> {
			HandoffReport report = new HandoffReport(runs);
			String markdown = report.markdown(folder);
			report.charts().forEach((name, svg) -> {
				if (charts.put(name, svg) != null) {
					throw new IllegalArgumentException("Two results for one chart: " + name);
				}
			});
			return markdown;
		}) + section("Throughput", ThroughputBenchmark.NAME, ThroughputBenchmark.Run.class, results,
				ThroughputReport::markdown)
				+ section("Memory", MemoryBenchmark.NAME, MemoryBenchmark.Run.class, results, MemoryReport::markdown)
				+ section("Micro-benchmarks", MicroBenchmarks.NAME, MicroBenchmarks.Run.class, results,
						MicroReport::markdown);
		String page = Files.exists(this.file) ? Files.readString(this.file) : BEGIN + "\n" + END + "\n";
		page = replaceFigures(page, figures.isEmpty() ? "Not measured yet.\n" : figures);
		charts.forEach((name, svg) -> write(this.file.resolveSibling(folder).resolve(name), svg));
		write(this.file, page);
		System.out.println("Wrote " + this.file);
	}

	private static <T> String section(String title, String benchmark, Class<T> runType, List<Results> results,
			Function<List<T>, String> report) {
		String parts = results.stream()
			.flatMap((folder) -> folder.read(benchmark, runType).stream())
			.map((result) -> circumstances(result) + report.apply(result.runs()))
			.collect(Collectors.joining());
		return parts.isEmpty() ? "" : "### " + title + "\n\n" + parts;
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
