package dev.hotswap.web.tomcat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;

import dev.hotswap.ConnectionEvent;
import dev.hotswap.ConnectionState;
import dev.hotswap.web.ConnectionEvents;
import org.jspecify.annotations.Nullable;

/**
 * Follows one connection's states. Workers and the poller report them without a common
 * lock, so that an order is made here.
 */
final class ConnectionTracker {

	private final ConnectionEvents events;

	private final String connector;

	private final long id;

	private final @Nullable InetSocketAddress remoteAddress;

	private @Nullable ConnectionState state;

	ConnectionTracker(ConnectionEvents events, String connector, SocketChannel channel) {
		this.events = events;
		this.connector = connector;
		this.id = events.nextId();
		this.remoteAddress = remoteAddress(channel);
	}

	private static @Nullable InetSocketAddress remoteAddress(SocketChannel channel) {
		try {
			return (channel.getRemoteAddress() instanceof InetSocketAddress address) ? address : null;
		}
		catch (IOException ex) {
			return null;
		}
	}

	synchronized void changed(ConnectionState state) {
		if (this.state != state && this.state != ConnectionState.CLOSED && this.state != ConnectionState.TRANSFERRED) {
			this.state = state;
			this.events.publish(new ConnectionEvent(this.connector, this.id, this.remoteAddress, state));
		}
	}

}
