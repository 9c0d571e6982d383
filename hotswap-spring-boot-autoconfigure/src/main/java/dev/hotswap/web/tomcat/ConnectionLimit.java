package dev.hotswap.web.tomcat;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The number of connections and its limit. Tomcat's own latch is private and lets nobody
 * count beyond the limit, which adopted connections do. Counts without a lock unless
 * somebody waits.
 */
final class ConnectionLimit {

	private final AtomicLong count = new AtomicLong();

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	private volatile long limit;

	private volatile boolean waiting;

	/**
	 * Create a limit with no connections.
	 * @param limit how many connections to accept; no limit if negative
	 */
	ConnectionLimit(long limit) {
		this.limit = limit;
	}

	void setLimit(long limit) {
		this.limit = limit;
		recheck();
	}

	long count() {
		return this.count.get();
	}

	boolean hasRoom() {
		long limit = this.limit;
		return limit < 0 || this.count.get() < limit;
	}

	/**
	 * Count a connection, also beyond the limit.
	 */
	void add() {
		this.count.incrementAndGet();
	}

	/**
	 * Count a connection no longer.
	 * @return how many are left
	 */
	long remove() {
		long left = this.count.decrementAndGet();
		// Who waits has said so before looking at the count
		if (this.waiting) {
			recheck();
		}
		return left;
	}

	/**
	 * Wait for room, or a reason not to wait any longer. For the acceptor's thread only.
	 * @param giveUp the reason, asked again after each {@link #recheck()}
	 */
	void awaitRoom(BooleanSupplier giveUp) {
		this.lock.lock();
		try {
			this.waiting = true;
			while (!hasRoom() && !giveUp.getAsBoolean()) {
				this.changed.awaitUninterruptibly();
			}
		}
		finally {
			this.waiting = false;
			this.lock.unlock();
		}
	}

	/**
	 * Let who waits look again.
	 */
	void recheck() {
		this.lock.lock();
		try {
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

}
