package dev.hotswap.benchmark;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

import dev.hotswap.benchmark.MicroBenchmarks.Run;

/**
 * The figures of {@link MicroBenchmarks}.
 */
final class MicroReport {

	private MicroReport() {
	}

	static String markdown(List<Run> runs) {
		Table table = new Table("benchmark", "parameters", "JDK", "average", "± (99.9 %)", "unit");
		runs.stream()
			.sorted(Comparator.comparing(Run::benchmark).thenComparing(Run::jdk))
			.forEach((run) -> table.row(run.benchmark(), String.join(", ", run.parameters()),
					Integer.toString(run.jdk()), number(run.score()), number(run.error()), run.unit()));
		return table + "\n";
	}

	private static String number(double value) {
		return String.format(Locale.ROOT, "%.1f", value);
	}

}
