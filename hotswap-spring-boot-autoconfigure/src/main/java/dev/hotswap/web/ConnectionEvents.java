package dev.hotswap.web;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

import dev.hotswap.ConnectionEvent;
import dev.hotswap.ConnectionListener;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Brings connection events to their listeners, each on a thread of its own with a bounded
 * queue, so that no listener can hold up a connection or another listener. Thread-safe.
 */
public final class ConnectionEvents implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(ConnectionEvents.class);

	private static final int CAPACITY = 8192;

	private final List<Delivery> deliveries;

	private final AtomicLong lastId = new AtomicLong();

	/**
	 * Start to bring events.
	 * @param listeners who receives them
	 */
	public ConnectionEvents(Collection<? extends ConnectionListener> listeners) {
		this(listeners, CAPACITY);
	}

	ConnectionEvents(Collection<? extends ConnectionListener> listeners, int capacity) {
		this.deliveries = listeners.stream().map((listener) -> new Delivery(listener, capacity)).toList();
		this.deliveries.forEach(Thread::start);
	}

	/**
	 * An id for a connection.
	 * @return an id that no other connection of this process has
	 */
	public long nextId() {
		return this.lastId.incrementAndGet();
	}

	/**
	 * Bring an event to the listeners soon, but not to those that too many events wait
	 * for.
	 * @param event the event
	 */
	public void publish(ConnectionEvent event) {
		this.deliveries.forEach((delivery) -> delivery.offer(event));
	}

	/**
	 * How many events were dropped, each counted for each listener that missed it.
	 * @return a number that only ever grows
	 */
	public long dropped() {
		return this.deliveries.stream().mapToLong((delivery) -> delivery.dropped.get()).sum();
	}

	/**
	 * Stop bringing events; a listener that is being called is interrupted.
	 */
	@Override
	public void close() {
		this.deliveries.forEach(Thread::interrupt);
	}

	/**
	 * Calls one listener.
	 */
	private static final class Delivery extends Thread {

		private final ConnectionListener listener;

		private final BlockingQueue<ConnectionEvent> queue;

		private final AtomicLong dropped = new AtomicLong();

		private boolean failed;

		Delivery(ConnectionListener listener, int capacity) {
			super("hotswap-connection-events");
			this.listener = listener;
			this.queue = new ArrayBlockingQueue<>(capacity);
			setDaemon(true);
		}

		void offer(ConnectionEvent event) {
			if (!this.queue.offer(event) && this.dropped.getAndIncrement() == 0) {
				logger.warn("Connection events are dropped, which is not logged again, because this connection "
						+ "listener blocks or is too slow: " + this.listener.getClass().getName());
			}
		}

		@Override
		public void run() {
			try {
				while (true) {
					call(this.queue.take());
				}
			}
			catch (InterruptedException ex) {
				// Closed
			}
		}

		private void call(ConnectionEvent event) {
			try {
				this.listener.connectionChanged(event);
			}
			catch (Exception | LinkageError | AssertionError ex) {
				if (!this.failed) {
					this.failed = true;
					logger.warn("A connection listener failed, which is not logged again: "
							+ this.listener.getClass().getName(), ex);
				}
			}
		}

	}

}
