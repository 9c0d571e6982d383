package dev.hotswap.benchmark;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Http;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;

/**
 * The memory of a process with and without the starter: its proportional set size after
 * some requests, once it rests and has given back what the JIT compiler took. The whole
 * heap is touched at the start, so that what the collector happens to do makes no
 * difference. One process at a time.
 */
final class MemoryBenchmark {

	static final String NAME = "memory";

	private static final Duration NEEDED = Duration.ofSeconds(60);

	private static final Duration REST = Duration.ofSeconds(30);

	private final Results results;

	private final List<Platform> platforms;

	private final int repetitions;

	private final int requests;

	private final String heap;

	private final Interleaving interleaving;

	private final Deadline deadline;

	private Results.Result<Run> result;

	MemoryBenchmark(Options options, Results results) {
		this.results = results;
		this.platforms = options.platforms();
		this.repetitions = options.number("repetitions", 10);
		this.requests = options.number("requests", 2000);
		this.heap = options.text("heap", "128m");
		this.interleaving = new Interleaving(options.number("seed", 1));
		this.deadline = new Deadline(options);
		this.result = Results.Result.begin(options.jdks(), options);
	}

	void run() throws IOException {
		List<Run> runs = new ArrayList<>();
		for (int repetition = 1; repetition <= this.repetitions; repetition++) {
			for (Platform platform : this.interleaving.block(this.platforms)) {
				for (boolean starter : this.interleaving.block(List.of(true, false))) {
					if (!this.deadline.allows(NEEDED)) {
						return;
					}
					Run run = measure(platform, starter, repetition);
					System.out.println("MEMORY " + run);
					runs.add(run);
					this.result = this.result.with(runs);
					this.results.write(NAME, this.result);
				}
			}
		}
	}

	private Run measure(Platform platform, boolean starter, int repetition) throws IOException {
		try (Sandbox sandbox = new Sandbox()) {
			Applications applications = new Applications(sandbox, platform, this.heap, "-XX:+AlwaysPreTouch");
			App app = (starter ? applications.withStarter() : applications.withoutStarter()).start().awaitServing();
			try (Http client = new Http(app.port(), Duration.ofSeconds(10))) {
				for (int i = 0; i < this.requests; i++) {
					client.get("/hello");
				}
				ServerProcess process = new ServerProcess(app.pid());
				boolean rested = process.awaitRest(REST);
				boolean trimmed = process.trimNativeHeap(platform.jdk());
				return new Run(platform.server().toString(), platform.jdk().feature(), starter, repetition, rested,
						trimmed, process.pssKibibytes());
			}
		}
	}

	/**
	 * The memory of one process.
	 *
	 * @param server the server
	 * @param jdk the JDK's feature version
	 * @param starter whether it had the starter
	 * @param repetition which process
	 * @param rested whether it rested when it was measured
	 * @param trimmed whether the native memory that it had freed was given back before
	 * @param pss its proportional set size, in KiB
	 */
	record Run(String server, int jdk, boolean starter, int repetition, boolean rested, boolean trimmed, long pss) {

		double pssMebibytes() {
			return this.pss / 1024.0;
		}

	}

}
