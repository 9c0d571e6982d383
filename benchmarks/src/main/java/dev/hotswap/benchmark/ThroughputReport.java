package dev.hotswap.benchmark;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

import dev.hotswap.benchmark.ThroughputBenchmark.Block;
import dev.hotswap.benchmark.ThroughputBenchmark.Run;

/**
 * The figures of {@link ThroughputBenchmark}, for each server, JDK and mode over all
 * rounds.
 */
final class ThroughputReport {

	private ThroughputReport() {
	}

	static String markdown(List<Run> runs) {
		Map<String, List<Run>> subjects = runs.stream()
			.collect(Collectors.groupingBy(
					(run) -> "%s, JDK %d, %s".formatted(run.server(), run.jdk(),
							run.mode().equals("kept") ? "kept connections" : "connection per request"),
					TreeMap::new, Collectors.toList()));
		Table table = new Table("median (quartiles)", "sets of processes", "windows", "requests/s without", "with",
				"with / without", "without / without", "processor time a request, with / without", "without / without",
				"client's share of a core");
		subjects.forEach((subject, rounds) -> {
			List<Block> blocks = rounds.stream().flatMap((run) -> run.blocks().stream()).toList();
			table.row(subject, Integer.toString(rounds.size()), Integer.toString(blocks.size()),
					spread(blocks, (block) -> block.without().rate(), 0),
					spread(blocks, (block) -> block.with().rate(), 0), spread(blocks, Block::ratio, 3),
					spread(blocks, Block::control, 3), spread(blocks, Block::cpuRatio, 3),
					spread(blocks, Block::cpuControl, 3), spread(blocks, (block) -> block.with().clientShare(), 2));
		});
		Table byRound = new Table("median of each set of processes", "with / without", "without / without");
		subjects.forEach((subject, rounds) -> byRound.row(subject, medians(rounds, Block::ratio),
				medians(rounds, Block::control)));
		return table + "\n" + byRound + "\n" + verdicts(subjects) + "\n";
	}

	private static Verdicts verdicts(Map<String, List<Run>> subjects) {
		Verdicts verdicts = new Verdicts("with / without: median (quartiles)", "without / without");
		subjects.forEach((subject, rounds) -> {
			List<Block> blocks = rounds.stream().flatMap((run) -> run.blocks().stream()).toList();
			Spread ratio = Spread.of(blocks, Block::ratio);
			Spread control = Spread.of(blocks, Block::control);
			verdicts.row(subject + ": at least 0.99 × without, or inside the quartiles of equal processes",
					ratio.quartiles(3), control.quartiles(3), ratio.median() >= Math.min(0.99, control.lower()));
		});
		return verdicts;
	}

	private static String spread(List<Block> blocks, ToDoubleFunction<Block> figure, int digits) {
		return Spread.of(blocks, figure).quartiles(digits);
	}

	private static String medians(List<Run> rounds, ToDoubleFunction<Block> figure) {
		return rounds.stream()
			.map((run) -> "%.3f".formatted(Spread.of(run.blocks(), figure).median()))
			.collect(Collectors.joining(", "));
	}

}
