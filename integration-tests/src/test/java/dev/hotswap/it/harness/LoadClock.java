package dev.hotswap.it.harness;

import java.nio.channels.Selector;
import java.util.concurrent.locks.LockSupport;

/**
 * Wakes the load's thread whenever a request is due. A selector's own time-out is in
 * whole milliseconds, which would send most requests late.
 */
final class LoadClock implements Runnable {

	private final Selector selector;

	private final long start;

	private final long interval;

	private volatile boolean stopped;

	LoadClock(Selector selector, long start, long interval) {
		this.selector = selector;
		this.start = start;
		this.interval = interval;
	}

	@Override
	public void run() {
		long due = this.start;
		while (!this.stopped) {
			long now = System.nanoTime();
			if (due <= now) {
				this.selector.wakeup();
				due += ((now - due) / this.interval + 1) * this.interval;
			}
			LockSupport.parkNanos(due - System.nanoTime());
		}
	}

	void stop() {
		this.stopped = true;
	}

}
