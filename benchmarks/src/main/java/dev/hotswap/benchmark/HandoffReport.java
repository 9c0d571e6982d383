package dev.hotswap.benchmark;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

import dev.hotswap.benchmark.HandoffRun.Subject;

/**
 * The figures of {@link HandoffBenchmark}: for each server, JDK and mode what became of
 * requests and connections, the latencies, and a chart, with the alternatives beside each
 * other.
 */
final class HandoffReport {

	private final Map<String, Map<Alternative, List<HandoffRun>>> runs = new TreeMap<>();

	private final Map<String, String> charts = new LinkedHashMap<>();

	HandoffReport(List<HandoffRun> runs) {
		for (HandoffRun run : runs) {
			Subject subject = run.subject();
			String platform = "%s, JDK %d, %s".formatted(subject.server(), subject.jdk(),
					subject.mode().equals("kept") ? "kept connections" : "connection per request");
			this.runs.computeIfAbsent(platform, (key) -> new TreeMap<>())
				.merge(subject.alternative(), List.of(run), HandoffReport::joined);
		}
	}

	private static List<HandoffRun> joined(List<HandoffRun> some, List<HandoffRun> others) {
		return Stream.concat(some.stream(), others.stream()).toList();
	}

	/**
	 * Write the report.
	 * @param folder the folder of the charts, relative to the page
	 * @return the sections
	 */
	String markdown(String folder) {
		StringBuilder markdown = new StringBuilder();
		this.runs.forEach((platform, alternatives) -> {
			markdown.append("#### ").append(platform).append("\n\n");
			markdown.append(losses(alternatives)).append('\n');
			Map<Alternative, List<HandoffRun>> complete = complete(alternatives);
			if (!complete.isEmpty()) {
				markdown.append(latencies(complete)).append('\n');
				markdown.append(ratios(complete)).append('\n');
				String file = "handoff-" + platform.replaceAll("\\W+", "-").toLowerCase(Locale.ROOT) + ".svg";
				this.charts.put(file, chart(platform, complete));
				markdown.append("![Latency over time](").append(folder).append('/').append(file).append(")\n\n");
			}
			List<HandoffRun> ours = alternatives.getOrDefault(Alternative.HOTSWAP, List.of());
			if (!ours.isEmpty()) {
				markdown.append(new HandoffTargets(ours).markdown()).append('\n');
			}
		});
		return markdown.toString();
	}

	/**
	 * The charts that {@link #markdown} refers to.
	 * @return the documents by file name
	 */
	Map<String, String> charts() {
		return this.charts;
	}

	private static Map<Alternative, List<HandoffRun>> complete(Map<Alternative, List<HandoffRun>> alternatives) {
		Map<Alternative, List<HandoffRun>> complete = new TreeMap<>();
		alternatives.forEach((alternative, runs) -> {
			List<HandoffRun> completeRuns = runs.stream().filter((run) -> run.error() == null).toList();
			if (!completeRuns.isEmpty()) {
				complete.put(alternative, completeRuns);
			}
		});
		return complete;
	}

	private static Table losses(Map<Alternative, List<HandoffRun>> alternatives) {
		Table table = new Table("from the trigger on: median (least–greatest)", "replacements", "requests", "failed",
				"answered, but not 200", "closed silently", "reset", "closed as announced", "trigger to serving, s",
				"start, s", "longest time without a request served, ms", "relative to the steady state's longest");
		alternatives.forEach((alternative, runs) -> {
			List<HandoffRun> done = runs.stream().filter((run) -> run.error() == null).toList();
			String count = (done.size() == runs.size()) ? Integer.toString(runs.size())
					: "%d of %d".formatted(done.size(), runs.size());
			if (done.isEmpty()) {
				table.row(alternative.title(), count, runs.get(0).error(), "", "", "", "", "", "", "", "", "");
				return;
			}
			table.row(alternative.title(), count, count(done, Window::sent), count(done, Window::failed),
					count(done, Window::non200), count(done, Window::silent), count(done, Window::resets),
					count(done, Window::announced), Spread.of(done, (run) -> run.servingMillis() / 1000).range(1),
					Spread.of(done, (run) -> run.startMillis() / 1000).range(1),
					Spread.of(done, (run) -> run.window(HandoffRun.WHOLE).gap()).range(1),
					Spread.of(done, (run) -> run.window(HandoffRun.WHOLE).gap() / run.steadyGap()).range(2));
		});
		return table;
	}

	private static String count(List<HandoffRun> runs, ToLongFunction<Window> figure) {
		return Spread.of(runs, (run) -> figure.applyAsLong(run.window(HandoffRun.WHOLE))).range(0);
	}

	private static Table latencies(Map<Alternative, List<HandoffRun>> alternatives) {
		Table table = new Table("latency in ms: median (least–greatest)", "window", "p50", "p99", "p99.9", "worst",
				"longest time without a request served");
		alternatives.forEach((alternative, runs) -> {
			for (String window : HandoffRun.WINDOWS) {
				Function<ToDoubleFunction<Window>, String> spread = (
						figure) -> Spread.of(runs, (run) -> figure.applyAsDouble(run.window(window))).range(1);
				table.row(alternative.title(), window, spread.apply(Window::p50), spread.apply(Window::p99),
						spread.apply(Window::p999), spread.apply(Window::worst), spread.apply(Window::gap));
			}
		});
		return table;
	}

	private static Table ratios(Map<Alternative, List<HandoffRun>> alternatives) {
		Table table = new Table("relative to the first steady window of the same run: median (least–greatest)",
				"p99, steady again", "p99, start", "p99, cutover and after", "worst, steady again", "worst, start",
				"worst, cutover and after");
		alternatives.forEach((alternative, runs) -> table.row(alternative.title(),
				ratio(runs, HandoffRun.CONTROL, Window::p99).range(2),
				ratio(runs, HandoffRun.START, Window::p99).range(2),
				ratio(runs, HandoffRun.AFTER, Window::p99).range(2),
				ratio(runs, HandoffRun.CONTROL, Window::worst).range(2),
				ratio(runs, HandoffRun.START, Window::worst).range(2),
				ratio(runs, HandoffRun.AFTER, Window::worst).range(2)));
		return table;
	}

	static Spread ratio(List<HandoffRun> runs, String window, ToDoubleFunction<Window> figure) {
		return Spread.of(runs, (run) -> figure.applyAsDouble(run.window(window))
				/ figure.applyAsDouble(run.window(HandoffRun.STEADY)));
	}

	/**
	 * Of each alternative the run whose worst latency is in the middle.
	 */
	private static String chart(String title, Map<Alternative, List<HandoffRun>> alternatives) {
		List<LatencyChart.Panel> panels = alternatives.entrySet().stream().map((entry) -> {
			List<HandoffRun> sorted = entry.getValue()
				.stream()
				.sorted(Comparator.comparingDouble((run) -> run.window(HandoffRun.WHOLE).worst()))
				.toList();
			HandoffRun middle = sorted.get((sorted.size() - 1) / 2);
			return new LatencyChart.Panel(entry.getKey().title(), Objects.requireNonNull(middle.timeline()));
		}).toList();
		return LatencyChart.draw(title, panels);
	}

}
