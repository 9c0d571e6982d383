package dev.hotswap.benchmark;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.hotswap.it.harness.HaProxy;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;

/**
 * What clients see while a process is replaced: an open loop of requests, whose latency
 * counts from when each was due. Every alternative, server and JDK once in each
 * repetition, in random order.
 */
final class HandoffBenchmark {

	static final String NAME = "handoff";

	/** What a replacement takes beside the times that are set. */
	private static final Duration REPLACEMENT = Duration.ofSeconds(40);

	/** As long as the garbage collector's cycle under this load, more or less. */
	private static final Duration OUT_OF_STEP = Duration.ofSeconds(10);

	private final Results results;

	private final List<Case> cases = new ArrayList<>();

	private final int repetitions;

	private final int rate;

	private final int connections;

	private final Duration warmUp;

	private final Duration window;

	private final String heap;

	private final boolean archive;

	private final Map<String, String> properties = new LinkedHashMap<>();

	private final Interleaving interleaving;

	private final Deadline deadline;

	private Results.Result<HandoffRun> result;

	HandoffBenchmark(Options options, Results results) {
		this.results = results;
		List<Alternative> alternatives = options.list("alternatives", "hotswap,restart,haproxy,reuse-port")
			.stream()
			.map(Alternative::named)
			.toList();
		List<Alternative> perRequest = options.list("per-request", "hotswap").stream().map(Alternative::named).toList();
		List<String> modes = options.list("modes", "kept,per-request");
		for (Platform platform : options.platforms()) {
			for (Alternative alternative : alternatives) {
				modes.stream()
					.filter((mode) -> mode.equals("kept") || perRequest.contains(alternative))
					.forEach((mode) -> this.cases.add(new Case(platform, alternative, mode)));
			}
		}
		if (this.cases.isEmpty()) {
			throw new IllegalArgumentException("These options leave nothing to measure");
		}
		this.repetitions = options.number("repetitions", 5);
		this.rate = options.number("rate", 400);
		this.connections = options.number("connections", 16);
		this.warmUp = options.duration("warm-up", "20s");
		this.window = options.duration("window", "5s");
		this.heap = options.text("heap", "256m");
		this.archive = Boolean.parseBoolean(options.text("archive", "true"));
		for (String property : options.list("properties", "")) {
			String[] parts = property.split("=", 2);
			this.properties.put(parts[0], parts[1]);
		}
		this.interleaving = new Interleaving(options.number("seed", 1));
		this.deadline = new Deadline(options);
		this.result = Results.Result.begin(options.jdks(), options);
	}

	void run() {
		try (Sandbox deployed = new Sandbox()) {
			run(new Release(deployed.folder()));
		}
	}

	private void run(Release release) {
		Duration needed = this.warmUp.plus(OUT_OF_STEP).plus(this.window.multipliedBy(4)).plus(REPLACEMENT);
		List<HandoffRun> runs = new ArrayList<>();
		for (int repetition = 1; repetition <= this.repetitions; repetition++) {
			for (Case subject : this.interleaving.block(this.cases)) {
				if (!this.deadline.allows(needed)) {
					return;
				}
				HandoffRun run = run(subject, repetition, release);
				run.lines().forEach(System.out::println);
				runs.add(run);
				this.result = this.result.with(runs);
				this.results.write(NAME, this.result);
			}
		}
	}

	/**
	 * A replacement that fails is a result, too: it is recorded, and the others go on.
	 */
	private HandoffRun run(Case subject, int repetition, Release release) {
		if (subject.alternative() == Alternative.HAPROXY && HaProxy.program().isEmpty()) {
			return HandoffRun.notMeasured(subject.named(), repetition, "not installed, see .ci/install-test-tools");
		}
		try (Sandbox sandbox = new Sandbox()) {
			Applications applications = new Applications(sandbox, subject.platform(), this.heap).with(this.properties)
				.of(release, this.archive);
			try (Deployment deployment = subject.alternative().deploy(applications)) {
				return measure(deployment, subject, repetition);
			}
		}
		catch (Exception | AssertionError ex) {
			return HandoffRun.failed(subject.named(), repetition, ex);
		}
	}

	private HandoffRun measure(Deployment deployment, Case subject, int repetition) throws IOException {
		RequestLog log = new RequestLog();
		long trigger;
		try (Load load = load(deployment.port(), subject.mode(), log).start()) {
			Pause.of(this.warmUp);
			deployment.startAnother();
			Pause.of(this.window.plus(this.interleaving.delay(OUT_OF_STEP)).plus(this.window.multipliedBy(2)));
			trigger = System.nanoTime();
			deployment.replace(log);
			awaitRestOf(deployment.predecessor(), log);
			load.stop();
		}
		Deployment.Story story = deployment.story();
		return new Evaluation(log, deployment.predecessor(), trigger, this.window.toNanos(), story).run(subject.named(),
				repetition);
	}

	private Load.Builder load(int port, String mode, RequestLog log) {
		Load.Builder load = Load.on(port, "/hello").rate(this.rate).observer(log);
		return mode.equals("kept") ? load.keptConnections(this.connections) : load.connectionPerRequest();
	}

	/**
	 * Wait until a process has answered nothing for the length of a window.
	 */
	private void awaitRestOf(long pid, RequestLog log) {
		Pause.of(this.window);
		Waiting.until(() -> System.nanoTime() - log.lastAnswers().getOrDefault(pid, 0L) > this.window.toNanos());
	}

	private record Case(Platform platform, Alternative alternative, String mode) {

		HandoffRun.Subject named() {
			return new HandoffRun.Subject(this.alternative, this.platform.server().toString(),
					this.platform.jdk().feature(), this.mode);
		}

	}

}
