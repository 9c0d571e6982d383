package dev.hotswap.web;

import java.net.InetSocketAddress;

import dev.hotswap.ConnectionEvent;
import dev.hotswap.ConnectionState;
import org.jspecify.annotations.Nullable;

/**
 * Follows one connection's states. A server's threads may report them without a common
 * lock, so that an order is made here. Thread-safe.
 */
public final class ConnectionTracker {

	private final ConnectionEvents events;

	private final String connector;

	private final long id;

	private final @Nullable InetSocketAddress remoteAddress;

	private @Nullable ConnectionState state;

	/**
	 * Follow a connection.
	 * @param events where its events go
	 * @param connector the connector's name
	 * @param remoteAddress the client's address, if known
	 */
	public ConnectionTracker(ConnectionEvents events, String connector, @Nullable InetSocketAddress remoteAddress) {
		this.events = events;
		this.connector = connector;
		this.id = events.nextId();
		this.remoteAddress = remoteAddress;
	}

	/**
	 * The connection may have come to a state; nothing comes after its end.
	 * @param state the state
	 */
	public synchronized void changed(ConnectionState state) {
		if (this.state != state && this.state != ConnectionState.CLOSED && this.state != ConnectionState.TRANSFERRED) {
			this.state = state;
			this.events.publish(new ConnectionEvent(this.connector, this.id, this.remoteAddress, state));
		}
	}

}
