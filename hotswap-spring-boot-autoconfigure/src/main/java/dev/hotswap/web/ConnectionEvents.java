package dev.hotswap.web;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

import dev.hotswap.ConnectionEvent;
import dev.hotswap.ConnectionListener;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Brings connection events to their listeners, on a thread of its own with a bounded
 * queue, so that no listener can hold up a connection. Thread-safe.
 */
public final class ConnectionEvents implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(ConnectionEvents.class);

	private static final int CAPACITY = 8192;

	private final List<ConnectionListener> listeners;

	private final BlockingQueue<ConnectionEvent> queue;

	private final AtomicLong lastId = new AtomicLong();

	private final AtomicLong dropped = new AtomicLong();

	private final Thread thread = new Thread(this::run, "hotswap-connection-events");

	/**
	 * Start to bring events.
	 * @param listeners who receives them
	 */
	public ConnectionEvents(Collection<? extends ConnectionListener> listeners) {
		this(listeners, CAPACITY);
	}

	ConnectionEvents(Collection<? extends ConnectionListener> listeners, int capacity) {
		this.listeners = List.copyOf(listeners);
		this.queue = new ArrayBlockingQueue<>(capacity);
		this.thread.setDaemon(true);
		this.thread.start();
	}

	/**
	 * An id for a connection.
	 * @return an id that no other connection of this process has
	 */
	public long nextId() {
		return this.lastId.incrementAndGet();
	}

	/**
	 * Bring an event to the listeners soon, or drop it if too many wait.
	 * @param event the event
	 */
	public void publish(ConnectionEvent event) {
		if (!this.queue.offer(event) && this.dropped.getAndIncrement() == 0) {
			logger.warn("Connection events are dropped because the connection listeners are too slow");
		}
	}

	/**
	 * How many events were dropped.
	 * @return a number that only ever grows
	 */
	public long dropped() {
		return this.dropped.get();
	}

	private void run() {
		Set<ConnectionListener> failed = new HashSet<>();
		try {
			while (true) {
				ConnectionEvent event = this.queue.take();
				for (ConnectionListener listener : this.listeners) {
					call(listener, event, failed);
				}
			}
		}
		catch (InterruptedException ex) {
			// Closed
		}
	}

	private static void call(ConnectionListener listener, ConnectionEvent event, Set<ConnectionListener> failed) {
		try {
			listener.connectionChanged(event);
		}
		catch (Exception | LinkageError | AssertionError ex) {
			if (failed.add(listener)) {
				logger.warn("A connection listener failed, which is not logged again: " + listener.getClass().getName(),
						ex);
			}
		}
	}

	/**
	 * Stop bringing events; a listener that is being called is interrupted.
	 */
	@Override
	public void close() {
		this.thread.interrupt();
	}

}
