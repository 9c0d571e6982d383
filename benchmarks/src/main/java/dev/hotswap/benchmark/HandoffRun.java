package dev.hotswap.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * One replacement of a process under load.
 *
 * @param subject what was replaced, and how
 * @param repetition which repetition
 * @param error why the replacement did not come to its end, else {@code null}
 * @param windows what clients saw, by {@link #STEADY} and so on
 * @param servingMillis from the trigger until the successor says that it serves, or else
 * answers the first request
 * @param startMillis for the starter from the trigger to that, less the warm-up; without
 * it from the launch until the successor says that it has started
 * @param warmUpMillis how long it warmed up
 * @param plainStartMillis how long a plain start of the same application took before,
 * under the same load, or 0 if there was none
 * @param priorityRaised whether the client ran ahead of the servers
 * @param timeline latency over time, 0 being the trigger
 */
record HandoffRun(Subject subject, int repetition, @Nullable String error, Map<String, Window> windows,
		double servingMillis, double startMillis, double warmUpMillis, double plainStartMillis, boolean priorityRaised,
		@Nullable Timeline timeline) {

	/** The first window of the steady state. */
	static final String STEADY = "steady";

	/** As long as the first, and right after it: what two equal windows differ by. */
	static final String CONTROL = "steady again";

	/** From the trigger to the cutover. */
	static final String START = "start";

	/** From then until some time after the last one that the predecessor answers. */
	static final String AFTER = "cutover and after";

	/** Start and after. */
	static final String WHOLE = "whole";

	static final List<String> WINDOWS = List.of(STEADY, CONTROL, START, AFTER);

	static HandoffRun failed(Subject subject, int repetition, Throwable cause) {
		return notMeasured(subject, repetition, cause.toString());
	}

	static HandoffRun notMeasured(Subject subject, int repetition, String reason) {
		return new HandoffRun(subject, repetition, reason, Map.of(), 0, 0, 0, 0, false, null);
	}

	Window window(String name) {
		Window window = this.windows.get(name);
		if (window == null) {
			throw new IllegalStateException("No window " + name + " in " + this);
		}
		return window;
	}

	/**
	 * The longest time without a request served in the steady state.
	 * @return the greater one of both windows, in ms
	 */
	double steadyGap() {
		return Math.max(window(STEADY).gap(), window(CONTROL).gap());
	}

	/**
	 * The figures in lines that can be searched for and quoted.
	 * @return a line for each window
	 */
	List<String> lines() {
		List<String> lines = new ArrayList<>();
		String head = "HANDOFF %s repetition=%d".formatted(this.subject, this.repetition);
		if (this.error != null) {
			return List.of(head + " error=" + this.error);
		}
		this.windows.forEach((name, window) -> lines.add(String.format(Locale.ROOT,
				"%s window='%s' seconds=%.1f sent=%d failed=%d non200=%d announced=%d silent=%d resets=%d"
						+ " p50=%.2fms p99=%.2fms p99.9=%.2fms worst=%.2fms gap=%.1fms",
				head, name, window.seconds(), window.sent(), window.failed(), window.non200(), window.announced(),
				window.silent(), window.resets(), window.p50(), window.p99(), window.p999(), window.worst(),
				window.gap())));
		lines.add(String.format(Locale.ROOT, "%s serving=%.0fms start=%.0fms warmUp=%.0fms plainStart=%.0fms", head,
				this.servingMillis, this.startMillis, this.warmUpMillis, this.plainStartMillis));
		return lines;
	}

	/**
	 * What was replaced, and how.
	 *
	 * @param alternative the way to do it
	 * @param server the server
	 * @param jdk the JDK's feature version
	 * @param mode {@code kept} connections, or {@code per-request}
	 */
	record Subject(Alternative alternative, String server, int jdk, String mode) {

		@Override
		public String toString() {
			return "alternative=%s server=%s jdk=%d mode=%s".formatted(this.alternative, this.server, this.jdk,
					this.mode);
		}

	}

}
