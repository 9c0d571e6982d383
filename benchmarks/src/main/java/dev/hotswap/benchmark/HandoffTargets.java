package dev.hotswap.benchmark;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * What the starter's handoff promises, for one server, JDK and mode, and whether it was
 * held.
 */
final class HandoffTargets {

	private static final String START = "start (trigger to serving less warm-up): at most 1.05 × a plain start under the same load";

	private final List<HandoffRun> all;

	private final List<HandoffRun> complete;

	private final Map<Alternative, List<HandoffRun>> alternatives;

	private final Verdicts verdicts = new Verdicts("figure: median (least–greatest)",
			"the same of the two steady windows");

	/**
	 * Prepare to judge.
	 * @param all the starter's runs
	 * @param alternatives the runs that came to their end, of all alternatives
	 */
	HandoffTargets(List<HandoffRun> all, Map<Alternative, List<HandoffRun>> alternatives) {
		this.all = all;
		this.alternatives = alternatives;
		this.complete = alternatives.getOrDefault(Alternative.HOTSWAP, List.of());
	}

	String markdown() {
		boolean kept = this.all.get(0).subject().mode().equals("kept");
		losses(kept);
		if (!this.complete.isEmpty()) {
			ratio("p99 from the cutover on: at most 1.25 × steady", 1.25, HandoffRun.AFTER, Window::p99);
			ratio("worst from the cutover on: at most 2 × steady", 2, HandoffRun.AFTER, Window::worst);
			ratio("p99 while the successor starts: at most 2 × steady", 2, HandoffRun.START, Window::p99);
			if (!kept) {
				gap("longest time without an accept, from the cutover on: at most the steady state's longest",
						HandoffRun.AFTER);
				gap("the same from the trigger on", HandoffRun.WHOLE);
			}
			start();
		}
		return this.verdicts.toString();
	}

	private void losses(boolean kept) {
		long error = this.all.stream().filter((run) -> run.error() != null).count();
		long failed = sum(Window::notServed);
		long closed = sum((window) -> window.silent() + window.resets() + (kept ? window.announced() : 0));
		this.verdicts.row("0 failed and 0 closed, in every repetition",
				"%d failed, %d closed, %d of %d handoffs failed".formatted(failed, closed, error, this.all.size()),
				failed + closed + error == 0);
	}

	private long sum(ToDoubleFunction<Window> count) {
		return (long) this.complete.stream()
			.mapToDouble((run) -> count.applyAsDouble(run.window(HandoffRun.WHOLE)))
			.sum();
	}

	private void ratio(String target, double limit, String window, ToDoubleFunction<Window> figure) {
		this.verdicts.atMost(target, limit, HandoffReport.ratio(this.complete, window, figure),
				HandoffReport.ratio(this.complete, HandoffRun.CONTROL, figure));
	}

	private void gap(String target, String window) {
		Spread ratio = Spread.of(this.complete, (run) -> run.window(window).gap() / run.steadyGap());
		this.verdicts.row(target, ratio.range(2),
				HandoffReport.ratio(this.complete, HandoffRun.CONTROL, Window::gap).range(2), ratio.median() <= 1);
	}

	/**
	 * With {@code SO_REUSEPORT} and behind HAProxy the new process starts beside the one
	 * that has the load, as with the starter. The former has nothing else that runs.
	 */
	private void start() {
		List<HandoffRun> plain = Stream.of(Alternative.REUSE_PORT, Alternative.HAPROXY)
			.map((alternative) -> this.alternatives.getOrDefault(alternative, List.of()))
			.filter((runs) -> !runs.isEmpty())
			.findFirst()
			.orElse(List.of());
		if (plain.isEmpty()) {
			this.verdicts.notJudged(START, "no plain start in this mode");
			return;
		}
		Spread ours = Spread.of(this.complete, (run) -> run.startMillis() / 1000);
		Spread theirs = Spread.of(plain, (run) -> run.startMillis() / 1000);
		double ratio = ours.median() / theirs.median();
		this.verdicts.row(START, String.format(Locale.ROOT, "%.2f: %s s beside %s s (%s)", ratio, ours.range(2),
				theirs.range(2), plain.get(0).subject().alternative().title()), ratio <= 1.05);
	}

}
