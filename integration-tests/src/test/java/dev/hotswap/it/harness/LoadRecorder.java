package dev.hotswap.it.harness;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.HdrHistogram.Histogram;

/**
 * Counts for the load's thread, to which everything belongs that does not say otherwise.
 */
final class LoadRecorder {

	private final long start;

	private final LoadObserver observer;

	private final AtomicLong sent = new AtomicLong();

	private final Map<String, Phase> phases = new LinkedHashMap<>();

	private final Map<Long, Long> byPid = new ConcurrentHashMap<>();

	private final Map<String, Long> byVersion = new TreeMap<>();

	private final Map<String, Long> failures = new TreeMap<>();

	private final List<Long> worstBySecond = new ArrayList<>();

	long connects;

	long announcedCloses;

	private long silentCloses;

	private long resets;

	LoadRecorder(long start, LoadObserver observer) {
		this.start = start;
		this.observer = observer;
	}

	void sent(String phase) {
		phase(phase).sent++;
		this.sent.incrementAndGet();
	}

	/**
	 * A request that was due is not sent after all.
	 */
	void withdrawn(String phase) {
		phase(phase).sent--;
		this.sent.decrementAndGet();
	}

	/**
	 * How many requests were due; may be read by any thread at any time.
	 * @return the count
	 */
	long sentUntilNow() {
		return this.sent.get();
	}

	void answered(LoadLoop.Request request, Answer answer) {
		long now = System.nanoTime();
		this.observer.answered(request.due(), now, answer);
		long micros = TimeUnit.NANOSECONDS.toMicros(now - request.due());
		Phase phase = phase(request.phase());
		phase.latencies.recordValue(micros);
		if (answer.status() == 200) {
			phase.ok++;
		}
		else {
			phase.non200++;
			this.failures.merge("status " + answer.status(), 1L, Long::sum);
		}
		if (answer.pid() != 0) {
			this.byPid.merge(answer.pid(), 1L, Long::sum);
			this.byVersion.merge(answer.version(), 1L, Long::sum);
		}
		int second = (int) Math.max(0, TimeUnit.NANOSECONDS.toSeconds(request.due() - this.start));
		while (this.worstBySecond.size() <= second) {
			this.worstBySecond.add(0L);
		}
		this.worstBySecond.set(second, Math.max(this.worstBySecond.get(second), micros));
	}

	void failed(LoadLoop.Request request, String reason) {
		this.observer.failed(request.due(), System.nanoTime());
		phase(request.phase()).failed++;
		this.failures.merge(reason, 1L, Long::sum);
	}

	void ended(LoadObserver.End end) {
		this.observer.ended(System.nanoTime(), end);
		switch (end) {
			case ANNOUNCED -> this.announcedCloses++;
			case SILENT -> this.silentCloses++;
			case RESET -> this.resets++;
		}
	}

	/**
	 * How many answers each process has given; may be read by any thread at any time.
	 * @return the live counts
	 */
	Map<Long, Long> answersByPid() {
		return this.byPid;
	}

	LoadReport report() {
		Phase total = new Phase();
		Map<String, LoadReport.Figures> figures = new LinkedHashMap<>();
		this.phases.forEach((name, phase) -> {
			total.add(phase);
			figures.put(name, phase.figures());
		});
		return new LoadReport(total.figures(), figures, this.connects, this.announcedCloses, this.silentCloses,
				this.resets, Map.copyOf(this.failures), Map.copyOf(this.byPid), Map.copyOf(this.byVersion),
				List.copyOf(this.worstBySecond));
	}

	private Phase phase(String name) {
		return this.phases.computeIfAbsent(name, (key) -> new Phase());
	}

	private static final class Phase {

		private final Histogram latencies = new Histogram(3);

		private long sent;

		private long ok;

		private long non200;

		private long failed;

		void add(Phase other) {
			this.latencies.add(other.latencies);
			this.sent += other.sent;
			this.ok += other.ok;
			this.non200 += other.non200;
			this.failed += other.failed;
		}

		LoadReport.Figures figures() {
			return new LoadReport.Figures(this.sent, this.ok, this.non200, this.failed,
					this.latencies.getValueAtPercentile(50) / 1000.0, this.latencies.getValueAtPercentile(99) / 1000.0,
					this.latencies.getMaxValue() / 1000.0);
		}

	}

}
