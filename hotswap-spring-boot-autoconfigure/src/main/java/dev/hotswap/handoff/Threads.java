package dev.hotswap.handoff;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Daemon threads with a number.
 */
final class Threads implements ThreadFactory {

	private final String prefix;

	private final AtomicInteger number = new AtomicInteger();

	Threads(String prefix) {
		this.prefix = prefix;
	}

	@Override
	public Thread newThread(Runnable task) {
		Thread thread = new Thread(task, this.prefix + this.number.incrementAndGet());
		thread.setDaemon(true);
		return thread;
	}

}
