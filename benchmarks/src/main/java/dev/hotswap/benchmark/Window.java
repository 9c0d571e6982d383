package dev.hotswap.benchmark;

import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.hotswap.it.harness.LoadObserver.End;
import org.HdrHistogram.Histogram;

/**
 * What clients saw of the requests that were due within some time.
 *
 * @param seconds how long it was
 * @param sent how many were due
 * @param failed how many were not answered
 * @param non200 how many were answered by another status
 * @param announced connections whose end was announced
 * @param silent connections that the server closed without having said so
 * @param resets connections that ended with an error
 * @param p50 the median latency in ms, from when the request was due
 * @param p99 the 99th percentile
 * @param p999 the 99.9th percentile
 * @param worst the worst
 * @param gap the longest time in ms in which none was served, in whatever process
 */
record Window(double seconds, long sent, long failed, long non200, long announced, long silent, long resets, double p50,
		double p99, double p999, double worst, double gap) {

	static Window of(RequestLog log, long from, long to) {
		List<RequestLog.Request> requests = log.requests((request) -> request.due() >= from && request.due() < to);
		Histogram latencies = new Histogram(TimeUnit.MINUTES.toNanos(10), 3);
		requests.stream()
			.filter(RequestLog.Request::isAnswered)
			.forEach((request) -> latencies.recordValue(request.latency()));
		return new Window((to - from) / 1e9, requests.size(),
				requests.stream().filter((request) -> !request.isAnswered()).count(),
				requests.stream().filter((request) -> request.isAnswered() && request.status() != 200).count(),
				log.endings(End.ANNOUNCED, from, to), log.endings(End.SILENT, from, to),
				log.endings(End.RESET, from, to), millis(latencies.getValueAtPercentile(50)),
				millis(latencies.getValueAtPercentile(99)), millis(latencies.getValueAtPercentile(99.9)),
				millis(latencies.getMaxValue()), millis(longestGap(requests)));
	}

	private static long longestGap(List<RequestLog.Request> requests) {
		long[] served = requests.stream()
			.mapToLong(RequestLog.Request::served)
			.filter((nanos) -> nanos != 0)
			.sorted()
			.toArray();
		long longest = 0;
		for (int i = 1; i < served.length; i++) {
			longest = Math.max(longest, served[i] - served[i - 1]);
		}
		return longest;
	}

	private static double millis(long nanos) {
		return nanos / 1e6;
	}

	long notServed() {
		return this.failed + this.non200;
	}

}
