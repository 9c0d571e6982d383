package dev.hotswap.benchmark;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import dev.hotswap.it.harness.Jdk;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs the benchmarks of this module that JMH measures, on each JDK.
 */
final class MicroBenchmarks {

	static final String NAME = "jmh";

	private final Results results;

	private final List<Jdk> jdks;

	private final ChainedOptionsBuilder settings;

	private Results.Result<Run> result;

	MicroBenchmarks(Options options, Results results) {
		this.results = results;
		this.jdks = options.jdks();
		TimeValue time = TimeValue.seconds(options.number("seconds", 1));
		this.settings = new OptionsBuilder().include(options.text("include", "dev\\.hotswap\\..*"))
			.jvmArgsAppend("--add-opens=java.base/sun.nio.ch=ALL-UNNAMED", "-Xms256m", "-Xmx256m")
			.forks(options.number("forks", 2))
			.warmupIterations(options.number("warm-ups", 10))
			.warmupTime(time)
			.measurementIterations(options.number("iterations", 5))
			.measurementTime(time)
			.shouldFailOnError(true);
		this.result = Results.Result.begin(this.jdks, options);
	}

	void run() {
		List<Run> runs = new ArrayList<>();
		for (Jdk jdk : this.jdks) {
			measure(jdk).forEach((result) -> runs.add(Run.of(jdk, result)));
			this.result = this.result.with(runs);
			this.results.write(NAME, this.result);
		}
	}

	private Collection<RunResult> measure(Jdk jdk) {
		try {
			return new Runner(this.settings.jvm(jdk.java().toString()).build()).run();
		}
		catch (RunnerException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * What JMH measured.
	 *
	 * @param jdk the JDK's feature version
	 * @param benchmark the class and the method
	 * @param parameters the values of its parameters
	 * @param score the average
	 * @param error half the width of its confidence interval of 99.9 %, NaN where too
	 * little was measured
	 * @param unit of both
	 */
	record Run(int jdk, String benchmark, List<String> parameters, double score, double error, String unit) {

		private static Run of(Jdk jdk, RunResult result) {
			BenchmarkParams benchmark = result.getParams();
			return new Run(jdk.feature(), benchmark.getBenchmark().replaceAll(".*\\.(\\w+\\.\\w+)$", "$1"),
					benchmark.getParamsKeys().stream().map(benchmark::getParam).toList(),
					result.getPrimaryResult().getScore(), result.getPrimaryResult().getScoreError(),
					result.getPrimaryResult().getScoreUnit());
		}

	}

}
