package dev.hotswap.web;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The counters behind a connector's figures. Thread-safe.
 */
public final class ConnectionCounters {

	private final AtomicLong adopted = new AtomicLong();

	private final AtomicLong givenUp = new AtomicLong();

	private final AtomicLong announced = new AtomicLong();

	private final AtomicLong ended = new AtomicLong();

	private final AtomicLong evicted = new AtomicLong();

	/**
	 * Create counters, all at zero.
	 */
	public ConnectionCounters() {
	}

	/**
	 * Connections were adopted.
	 * @param count how many
	 */
	public void addAdopted(int count) {
		this.adopted.addAndGet(count);
	}

	/**
	 * Connections were given up.
	 * @param count how many
	 */
	public void addGivenUp(int count) {
		this.givenUp.addAndGet(count);
	}

	/**
	 * A connection's end was announced.
	 */
	public void addAnnounced() {
		this.announced.incrementAndGet();
	}

	/**
	 * Idle connections were ended.
	 * @param count how many
	 */
	public void addEnded(int count) {
		this.ended.addAndGet(count);
	}

	/**
	 * Connections were ended because they were idle for too long.
	 * @param count how many
	 */
	public void addEvicted(int count) {
		this.evicted.addAndGet(count);
	}

	/**
	 * The figures of this moment.
	 * @return the figures
	 */
	public ConnectorFigures figures() {
		return new ConnectorFigures(this.adopted.get(), this.givenUp.get(), this.announced.get(), this.ended.get(),
				this.evicted.get());
	}

}
