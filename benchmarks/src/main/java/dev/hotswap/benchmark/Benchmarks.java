package dev.hotswap.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Runs a benchmark, or writes the figures of earlier runs into the documentation. See
 * {@code docs/benchmarks.md} for what each of them does.
 */
public final class Benchmarks {

	private static final String HELP = """
			throughput  the steady state with and without the starter
			handoff     latency and failures around a handoff, beside the alternatives
			memory      the memory of a process with and without the starter
			jmh         the accept path and the frame codec
			render      writes the results into docs/benchmarks.md

			Options of all that measure (jmh: --results and --jdks only), with their defaults:
			  --results=target/benchmarks  where results are kept, which a later run replaces
			  --servers=tomcat,netty-epoll --jdks=17,25 (default: all there are) --seed=1
			  --at-most=3h                 start nothing more after this time
			Of throughput:
			  --rounds=6 (fresh processes) --blocks=6 (windows of each variant) --window=2s --settle=300ms
			  --warm-up=10s --connections=16 --modes=kept,per-request --heap=256m
			Of handoff:
			  --alternatives=hotswap,restart,haproxy,reuse-port --per-request=hotswap (which of them have
			  the mode per-request, too) --modes=kept,per-request --repetitions=5 --rate=400
			  --connections=16 --warm-up=20s --window=5s --heap=256m --properties=name=value,...
			  --archive=true (whether the starter keeps an archive of the release's classes)
			Of memory:
			  --repetitions=10 --requests=2000 --heap=128m
			Of jmh:
			  --include=<regular expression> --forks=2 --warm-ups=10 --iterations=5 --seconds=1
			Of render:
			  --page=../docs/benchmarks.md --results=one,another (as many as there are, one after the other)
			""";

	private Benchmarks() {
	}

	public static void main(String[] args) throws IOException {
		String benchmark = (args.length > 0) ? args[0] : "help";
		Options options = Options.parse(Arrays.asList(args).subList(Math.min(1, args.length), args.length));
		List<Results> all = options.list("results", "target/benchmarks")
			.stream()
			.map(Path::of)
			.map(Results::new)
			.toList();
		Results results = all.get(0);
		switch (benchmark) {
			case "throughput" -> new ThroughputBenchmark(options, results).run();
			case "handoff" -> new HandoffBenchmark(options, results).run();
			case "memory" -> new MemoryBenchmark(options, results).run();
			case "jmh" -> new MicroBenchmarks(options, results).run();
			case "render" -> new Page(Path.of(options.text("page", "../docs/benchmarks.md"))).render(all);
			default -> System.out.print(HELP);
		}
		if (!List.of("render", "help").contains(benchmark)) {
			new Page(results.file("results.md")).render(List.of(results));
		}
	}

}
