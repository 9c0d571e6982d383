package dev.hotswap.benchmark;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What the starter's handoff promises, for one server, JDK and mode, and whether it was
 * held.
 */
final class HandoffTargets {

	private static final String START = "start (trigger to serving less warm-up): at most 1.05 × a plain start of the same application under the same load";

	private final List<HandoffRun> all;

	private final List<HandoffRun> complete;

	private final Verdicts verdicts = new Verdicts("figure: median (least–greatest)",
			"the same of the two steady windows");

	/**
	 * Prepare to judge.
	 * @param all the starter's runs
	 */
	HandoffTargets(List<HandoffRun> all) {
		this.all = all;
		this.complete = all.stream().filter((run) -> run.error() == null).toList();
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

	private void start() {
		if (this.complete.stream().anyMatch((run) -> run.plainStartMillis() == 0)) {
			this.verdicts.notJudged(START, "no plain start");
			return;
		}
		Spread ratio = Spread.of(this.complete, (run) -> run.startMillis() / run.plainStartMillis());
		this.verdicts.row(START,
				"%s: %s s beside %s s".formatted(ratio.range(2),
						Spread.of(this.complete, (run) -> run.startMillis() / 1000).range(2),
						Spread.of(this.complete, (run) -> run.plainStartMillis() / 1000).range(2)),
				ratio.median() <= 1.05);
	}

}
