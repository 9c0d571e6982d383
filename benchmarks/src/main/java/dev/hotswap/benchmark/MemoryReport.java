package dev.hotswap.benchmark;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import dev.hotswap.benchmark.MemoryBenchmark.Run;

/**
 * The figures of {@link MemoryBenchmark}, for each server and JDK.
 */
final class MemoryReport {

	private MemoryReport() {
	}

	static String markdown(List<Run> runs) {
		Map<String, List<Run>> subjects = runs.stream()
			.collect(Collectors.groupingBy((run) -> "%s, JDK %d".formatted(run.server(), run.jdk()), TreeMap::new,
					Collectors.toList()));
		Table table = new Table("PSS in MiB: median (least–greatest)", "processes of each", "without", "with",
				"difference of the medians");
		Verdicts verdicts = new Verdicts("difference of the medians, MiB",
				"even less odd processes without the starter, MiB");
		subjects.forEach((subject, all) -> {
			Map<Boolean, List<Run>> byStarter = all.stream().collect(Collectors.partitioningBy(Run::starter));
			if (byStarter.values().stream().anyMatch(List::isEmpty)) {
				return;
			}
			Spread with = Spread.of(byStarter.get(true), Run::pssMebibytes);
			Spread without = Spread.of(byStarter.get(false), Run::pssMebibytes);
			double difference = with.median() - without.median();
			table.row(subject, Integer.toString(Math.min(with.count(), without.count())), without.range(1),
					with.range(1), mebibytes(difference));
			verdicts.row(subject + ": at most 10 MiB more", mebibytes(difference), control(byStarter.get(false)),
					difference <= 10);
		});
		return table + "\n" + verdicts + "\n" + notes(runs);
	}

	/**
	 * What the median of some processes differs by from that of others that are equal.
	 */
	private static String control(List<Run> without) {
		Map<Boolean, List<Run>> halves = without.stream()
			.collect(Collectors.partitioningBy((run) -> run.repetition() % 2 == 0));
		if (halves.values().stream().anyMatch(List::isEmpty)) {
			return "–";
		}
		return mebibytes(Spread.of(halves.get(true), Run::pssMebibytes).median()
				- Spread.of(halves.get(false), Run::pssMebibytes).median());
	}

	private static String notes(List<Run> runs) {
		long restless = runs.stream().filter((run) -> !run.rested()).count();
		long untrimmed = runs.stream().filter((run) -> !run.trimmed()).count();
		return ((restless != 0) ? "Processes that were measured before they rested: %d.\n\n".formatted(restless) : "")
				+ ((untrimmed != 0) ? "Processes whose native heap was not trimmed, since their JDK cannot: %d.\n\n"
					.formatted(untrimmed) : "");
	}

	private static String mebibytes(double value) {
		return String.format(Locale.ROOT, "%.1f", value);
	}

}
