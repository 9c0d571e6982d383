package dev.hotswap.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.hotswap.it.harness.Answer;
import dev.hotswap.it.harness.LoadObserver;

/**
 * Every request of a load, so that windows can be cut out of it once it is known when
 * things happened. All times are those of {@link System#nanoTime()}.
 */
final class RequestLog implements LoadObserver {

	private static final Pattern NANOS = Pattern.compile("\"nanos\":(\\d+)");

	private final List<Request> requests = new ArrayList<>();

	private final List<Ending> endings = new ArrayList<>();

	private final Map<Long, Long> lastAnswers = new ConcurrentHashMap<>();

	private volatile boolean priorityRaised;

	@Override
	public void started() {
		this.priorityRaised = Scheduling.raisePriority();
	}

	@Override
	public void answered(long due, long at, Answer answer) {
		long pid = answer.pid();
		this.requests.add(new Request(due, at, answer.status(), pid, nanos(answer)));
		if (answer.status() == 200) {
			this.lastAnswers.put(pid, at);
		}
	}

	@Override
	public void failed(long due, long at) {
		this.requests.add(new Request(due, at, Request.FAILED, 0, 0));
	}

	@Override
	public void ended(long at, End end) {
		this.endings.add(new Ending(at, end));
	}

	private static long nanos(Answer answer) {
		Matcher matcher = NANOS.matcher(answer.body());
		return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
	}

	/**
	 * Which processes have answered until now, and when each did last. For any thread, at
	 * any time.
	 * @return the times by process id
	 */
	Map<Long, Long> lastAnswers() {
		return this.lastAnswers;
	}

	/**
	 * Whether the client's thread was let run ahead of others.
	 * @return whether it was permitted
	 */
	boolean isPriorityRaised() {
		return this.priorityRaised;
	}

	/**
	 * Some of the requests. Once the load has ended.
	 * @param wanted which
	 * @return the requests in the order of their ends
	 */
	List<Request> requests(Predicate<Request> wanted) {
		return this.requests.stream().filter(wanted).toList();
	}

	/**
	 * How many connections ended. Once the load has ended.
	 * @param end how
	 * @param from from when
	 * @param to before when
	 * @return the count
	 */
	long endings(End end, long from, long to) {
		return this.endings.stream()
			.filter((ending) -> ending.end() == end && ending.at() >= from && ending.at() < to)
			.count();
	}

	/**
	 * A request.
	 *
	 * @param due when it was to be sent
	 * @param at when it was answered, or failed
	 * @param status the status, or {@link #FAILED}
	 * @param pid who answered, or 0
	 * @param served when the server said it was, or 0
	 */
	record Request(long due, long at, int status, long pid, long served) {

		static final int FAILED = 0;

		long latency() {
			return this.at - this.due;
		}

		boolean isAnswered() {
			return this.status != FAILED;
		}

	}

	private record Ending(long at, End end) {
	}

}
