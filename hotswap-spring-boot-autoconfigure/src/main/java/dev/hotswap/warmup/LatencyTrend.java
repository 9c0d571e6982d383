package dev.hotswap.warmup;

import java.util.Arrays;

/**
 * Tells when the latency of a warm-up's requests has settled: when the median of several
 * windows in a row has not improved on the best one before them by a tenth, after a
 * minimum of requests that lets the JVM's compilers see enough. Thread-safe.
 */
final class LatencyTrend {

	private static final double IMPROVEMENT = 0.9;

	private static final int STALE_WINDOWS = 4;

	private final int minimum;

	private final long[] window;

	private int filled;

	private int count;

	private int stale;

	private long first;

	private long best = Long.MAX_VALUE;

	private long last;

	/**
	 * Create a trend.
	 * @param window how many requests make a window
	 * @param minimum after how many requests it may have settled
	 */
	LatencyTrend(int window, int minimum) {
		this.window = new long[window];
		this.minimum = minimum;
	}

	/**
	 * Add a request.
	 * @param nanos how long it took
	 */
	synchronized void add(long nanos) {
		this.count++;
		this.window[this.filled++] = nanos;
		if (this.filled == this.window.length) {
			closeWindow();
		}
	}

	private void closeWindow() {
		Arrays.sort(this.window);
		this.last = this.window[this.window.length / 2];
		this.filled = 0;
		if (this.first == 0) {
			this.first = this.last;
		}
		this.stale = (this.last < this.best * IMPROVEMENT) ? 0 : this.stale + 1;
		this.best = Math.min(this.best, this.last);
	}

	synchronized boolean isSettled() {
		return this.stale >= STALE_WINDOWS && this.count >= this.minimum;
	}

	synchronized int count() {
		return this.count;
	}

	/**
	 * The median of the first window.
	 * @return nanoseconds, or zero before the end of the first window
	 */
	synchronized long first() {
		return this.first;
	}

	/**
	 * The median of the last window.
	 * @return nanoseconds, or zero before the end of the first window
	 */
	synchronized long last() {
		return this.last;
	}

}
