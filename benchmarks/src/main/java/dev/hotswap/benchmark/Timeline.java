package dev.hotswap.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.HdrHistogram.Histogram;

/**
 * Latency over time, in slices.
 *
 * @param slices in the order of time
 * @param marks what happened when
 */
record Timeline(List<Slice> slices, List<Mark> marks) {

	static final long SLICE = TimeUnit.MILLISECONDS.toNanos(100);

	/**
	 * Cut a log into slices.
	 * @param log the log
	 * @param from its first time
	 * @param to its last time
	 * @param zero the time that counts as 0
	 * @param marks what happened when
	 * @return the timeline
	 */
	static Timeline of(RequestLog log, long from, long to, long zero, List<Mark> marks) {
		List<Slice> slices = new ArrayList<>();
		for (long start = from; start < to; start += SLICE) {
			long begin = start;
			List<RequestLog.Request> due = log
				.requests((request) -> request.due() >= begin && request.due() < begin + SLICE);
			Histogram latencies = new Histogram(TimeUnit.MINUTES.toNanos(10), 3);
			due.stream()
				.filter((request) -> request.status() == 200)
				.forEach((request) -> latencies.recordValue(request.latency()));
			slices.add(new Slice((start - zero) / 1e9, latencies.getValueAtPercentile(50) / 1e6,
					latencies.getMaxValue() / 1e6, due.size() - latencies.getTotalCount()));
		}
		return new Timeline(slices, marks);
	}

	/**
	 * The requests due within a tenth of a second.
	 *
	 * @param second when it begins
	 * @param median latency in ms, 0 when none was answered 200
	 * @param worst latency in ms
	 * @param lost how many failed or were answered otherwise
	 */
	record Slice(double second, double median, double worst, long lost) {
	}

	/**
	 * Something that happened.
	 *
	 * @param name what
	 * @param second when
	 */
	record Mark(String name, double second) {
	}

}
