package dev.hotswap.it.harness;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a load has seen.
 *
 * @param total the figures of the whole
 * @param phases the figures of each phase, in the order of time
 * @param connects how many connections it opened
 * @param announcedCloses kept connections whose last response said
 * {@code Connection: close}
 * @param silentCloses connections that the server closed without having said so
 * @param resets connections that ended with an error
 * @param failures how many requests failed, by reason
 * @param byPid how many answers each process gave
 * @param byVersion how many answers each version gave
 * @param worstBySecond the worst latency of the requests due in each second, in
 * microseconds
 */
public record LoadReport(Figures total, Map<String, Figures> phases, long connects, long announcedCloses,
		long silentCloses, long resets, Map<String, Long> failures, Map<Long, Long> byPid, Map<String, Long> byVersion,
		List<Long> worstBySecond) {

	/**
	 * The figures in one line that can be searched for and quoted.
	 * @return as {@code name=value} pairs
	 */
	@Override
	public String toString() {
		return "%s connects=%d announced=%d silent=%d resets=%d processes=%d%s".formatted(this.total, this.connects,
				this.announcedCloses, this.silentCloses, this.resets, this.byPid.size(),
				this.failures.isEmpty() ? "" : " failures=" + this.failures);
	}

	/**
	 * The figures of a phase. Each request sent is either ok, or answered by another
	 * status, or failed.
	 *
	 * @param sent how many requests were due
	 * @param ok how many were answered 200
	 * @param non200 how many were answered otherwise
	 * @param failed how many were not answered
	 * @param median the median latency in ms
	 * @param p99 the 99th percentile in ms
	 * @param worst the worst latency in ms
	 */
	public record Figures(long sent, long ok, long non200, long failed, double median, double p99, double worst) {

		@Override
		public String toString() {
			return String.format(Locale.ROOT, "sent=%d ok=%d non200=%d failed=%d p50=%.1fms p99=%.1fms worst=%.1fms",
					this.sent, this.ok, this.non200, this.failed, this.median, this.p99, this.worst);
		}

	}

}
