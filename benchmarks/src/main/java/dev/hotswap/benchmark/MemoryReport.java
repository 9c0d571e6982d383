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
		subjects.forEach((subject, all) -> {
			Map<Boolean, List<Run>> byStarter = all.stream().collect(Collectors.partitioningBy(Run::starter));
			if (byStarter.values().stream().anyMatch(List::isEmpty)) {
				return;
			}
			Spread with = Spread.of(byStarter.get(true), Run::pssMebibytes);
			Spread without = Spread.of(byStarter.get(false), Run::pssMebibytes);
			table.row(subject, Integer.toString(Math.min(with.count(), without.count())), without.range(1),
					with.range(1), String.format(Locale.ROOT, "%.1f", with.median() - without.median()));
		});
		return table + "\n";
	}

}
