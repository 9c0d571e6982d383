package dev.hotswap.benchmark;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Cuts the log of a replacement into windows. All times are those of
 * {@link System#nanoTime()}, in ns.
 */
final class Evaluation {

	private final RequestLog log;

	private final long trigger;

	private final long window;

	private final Deployment.Story story;

	private final long cutover;

	private final long end;

	/**
	 * Find out when things happened.
	 * @param log of a load that has ended
	 * @param predecessor the process that served before
	 * @param trigger when the replacement was triggered
	 * @param window how long a window is
	 * @param story what is known of the replacement
	 */
	Evaluation(RequestLog log, long predecessor, long trigger, long window, Deployment.Story story) {
		this.log = log;
		this.trigger = trigger;
		this.window = window;
		this.story = story;
		// A request that the successor answers late counts as its own from when it was
		// due; kept connections come to it some time after the cutover has begun
		long firstDue = log.requests((request) -> request.status() == 200 && request.pid() != predecessor)
			.stream()
			.mapToLong(RequestLog.Request::due)
			.min()
			.orElseThrow(() -> new IllegalStateException("The successor has answered nothing"));
		this.cutover = (story.cutover() != null) ? Math.min(story.cutover(), firstDue) : firstDue;
		long last = log.requests((request) -> request.status() == 200 && request.pid() == predecessor)
			.stream()
			.mapToLong(RequestLog.Request::at)
			.max()
			.orElse(this.cutover);
		this.end = Math.max(this.cutover, last);
	}

	HandoffRun run(HandoffRun.Subject subject, int repetition) {
		long last = this.end + this.window;
		Map<String, Window> windows = new LinkedHashMap<>();
		windows.put(HandoffRun.STEADY, window(this.trigger - 2 * this.window, this.trigger - this.window));
		windows.put(HandoffRun.CONTROL, window(this.trigger - this.window, this.trigger));
		windows.put(HandoffRun.START, window(this.trigger, this.cutover));
		windows.put(HandoffRun.AFTER, window(this.cutover, last));
		windows.put(HandoffRun.WHOLE, window(this.trigger, last));
		List<Timeline.Mark> marks = List.of(mark("trigger", this.trigger), mark("launch", this.story.launched()),
				mark("cutover", this.cutover), mark("end", this.end));
		return new HandoffRun(subject, repetition, null, windows, servingMillis(), startMillis(),
				this.story.warmUpMillis(), this.story.plainStartMillis(), this.log.isPriorityRaised(),
				Timeline.of(this.log, this.trigger - 2 * this.window, last, this.trigger, marks));
	}

	private double servingMillis() {
		long serving = (this.story.serving() != null) ? this.story.serving() : this.cutover;
		return (serving - this.trigger) / 1e6;
	}

	private double startMillis() {
		Long started = this.story.started();
		return (started != null) ? (started - this.story.launched()) / 1e6
				: servingMillis() - this.story.warmUpMillis();
	}

	private Window window(long from, long to) {
		return Window.of(this.log, from, to);
	}

	private Timeline.Mark mark(String name, long at) {
		return new Timeline.Mark(name, (at - this.trigger) / 1e9);
	}

}
