package dev.hotswap.benchmark;

import dev.hotswap.it.harness.Jdk;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs the benchmarks of this module that JMH measures, on each JDK.
 */
final class MicroBenchmarks {

	private final Options options;

	private final Results results;

	MicroBenchmarks(Options options, Results results) {
		this.options = options;
		this.results = results;
	}

	static String resultOf(Jdk jdk) {
		return "jmh-" + jdk.feature() + ".json";
	}

	void run() {
		for (Jdk jdk : this.options.jdks()) {
			TimeValue time = TimeValue.seconds(this.options.number("seconds", 1));
			var settings = new OptionsBuilder().include(this.options.text("include", "dev\\.hotswap\\..*"))
				.jvm(jdk.java().toString())
				.jvmArgsAppend("--add-opens=java.base/sun.nio.ch=ALL-UNNAMED", "-Xms256m", "-Xmx256m")
				.forks(this.options.number("forks", 2))
				.warmupIterations(this.options.number("warm-ups", 5))
				.warmupTime(time)
				.measurementIterations(this.options.number("iterations", 5))
				.measurementTime(time)
				.resultFormat(ResultFormatType.JSON)
				.result(this.results.file(resultOf(jdk)).toString())
				.shouldFailOnError(true)
				.build();
			this.options.settings();
			try {
				new Runner(settings).run();
			}
			catch (RunnerException ex) {
				throw new IllegalStateException(ex);
			}
		}
	}

}
