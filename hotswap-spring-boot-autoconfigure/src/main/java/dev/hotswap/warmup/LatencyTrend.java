package dev.hotswap.warmup;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Tells when the latency of a warm-up's requests has settled: when in several windows in
 * a row the median has not improved on the best one before them by a tenth, and the JVM's
 * compilers are at rest, that is, were busy for less than a tenth of the last second,
 * after a minimum of requests. Without the compilers it would settle too early: what the
 * quick one has compiled is at rest for a while, until the thorough one has seen enough
 * and takes the processors. Thread-safe.
 */
final class LatencyTrend {

	private static final double IMPROVEMENT = 0.9;

	private static final int STALE_WINDOWS = 4;

	private static final double BUSY = 0.1;

	private static final long REST = TimeUnit.SECONDS.toNanos(1);

	private final int minimum;

	private final LongSupplier compilation;

	private final LongSupplier clock;

	private final long[] window;

	private int filled;

	private int count;

	private int stale;

	private long first;

	private long best = Long.MAX_VALUE;

	private long last;

	private long compiled;

	private long looked;

	private boolean settled;

	/**
	 * Create a trend.
	 * @param window how many requests make a window
	 * @param minimum after how many requests it may have settled
	 * @param compilation for how long the compilers have run until now, in nanoseconds
	 * @param clock the time in nanoseconds
	 */
	LatencyTrend(int window, int minimum, LongSupplier compilation, LongSupplier clock) {
		this.window = new long[window];
		this.minimum = minimum;
		this.compilation = compilation;
		this.clock = clock;
		this.compiled = compilation.getAsLong();
		this.looked = clock.getAsLong();
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
		lookAtCompilers();
	}

	/** It settles at a look only: the one before knows nothing of what began since. */
	private void lookAtCompilers() {
		long now = this.clock.getAsLong();
		if (now - this.looked >= REST) {
			long compiled = this.compilation.getAsLong();
			boolean resting = compiled - this.compiled < (now - this.looked) * BUSY;
			this.settled = resting && this.stale >= STALE_WINDOWS && this.count >= this.minimum;
			this.compiled = compiled;
			this.looked = now;
		}
	}

	/**
	 * What comes now has to settle once more.
	 */
	synchronized void restart() {
		this.settled = false;
		this.stale = 0;
		this.compiled = this.compilation.getAsLong();
		this.looked = this.clock.getAsLong();
	}

	synchronized boolean isSettled() {
		return this.settled;
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
