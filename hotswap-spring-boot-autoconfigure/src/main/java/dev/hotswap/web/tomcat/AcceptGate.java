package dev.hotswap.web.tomcat;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The gate in front of an accept queue. One thread, the acceptor, passes it with every
 * connection; others open and close it. Starts closed.
 */
final class AcceptGate {

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	private volatile boolean open;

	private boolean passing;

	boolean isOpen() {
		return this.open;
	}

	void open() {
		this.lock.lock();
		try {
			this.open = true;
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Close the gate without waiting for a connection that is passing it.
	 */
	void shut() {
		this.lock.lock();
		try {
			this.open = false;
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Close the gate and wait until the connection that is passing it has passed.
	 * @param timeout how long to wait at most
	 * @return whether the gate is closed and nothing passes it; {@code false} after the
	 * timeout, or when it was opened again in between
	 * @throws InterruptedException if interrupted while waiting; the gate is closed then
	 */
	boolean close(Duration timeout) throws InterruptedException {
		this.lock.lock();
		try {
			this.open = false;
			this.changed.signalAll();
			long left = timeout.toNanos();
			while (this.passing && !this.open && left > 0) {
				left = this.changed.awaitNanos(left);
			}
			return !this.passing && !this.open;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Start to pass the gate, before a connection is accepted.
	 * @return whether the gate is open; if so, {@link #passed()} must follow once the
	 * connection is being served, or there was none
	 */
	boolean pass() {
		this.lock.lock();
		try {
			this.passing = this.open;
			return this.passing;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * The connection has passed. Does nothing when none was passing.
	 */
	void passed() {
		this.lock.lock();
		try {
			if (this.passing) {
				this.passing = false;
				this.changed.signalAll();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Wait until the gate is open, or there is a reason not to wait any longer.
	 * @param giveUp the reason, asked again after each {@link #recheck()}
	 */
	void awaitOpen(BooleanSupplier giveUp) {
		this.lock.lock();
		try {
			while (!this.open && !giveUp.getAsBoolean()) {
				this.changed.awaitUninterruptibly();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Let those who wait look again at their reason to wait.
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
