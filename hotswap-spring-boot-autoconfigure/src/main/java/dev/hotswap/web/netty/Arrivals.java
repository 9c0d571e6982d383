package dev.hotswap.web.netty;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.hotswap.descriptor.Descriptor;
import dev.hotswap.web.IdleConnection;
import dev.hotswap.web.Refusals;
import io.netty.channel.Channel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;

/**
 * Takes connections over, many at a time: one step on the listener's event loop passes
 * all of them on, and is waited for once.
 */
final class Arrivals {

	private static final Duration STEP_TIMEOUT = Duration.ofSeconds(5);

	private final NettyHandoffConnector connector;

	private final ServerSocketChannel listener;

	private final Transport transport;

	private final Duration stepTimeout;

	/**
	 * Create arrivals.
	 * @param connector whose connections they become
	 * @param listener the connector's listener
	 * @param transport its transport
	 */
	Arrivals(NettyHandoffConnector connector, ServerSocketChannel listener, Transport transport) {
		this(connector, listener, transport, STEP_TIMEOUT);
	}

	Arrivals(NettyHandoffConnector connector, ServerSocketChannel listener, Transport transport, Duration stepTimeout) {
		this.connector = connector;
		this.listener = listener;
		this.transport = transport;
		this.stepTimeout = stepTimeout;
	}

	/**
	 * Take connections over.
	 * @param connections the connections, owned from now on
	 * @param warmUp whether they are this process's own
	 * @return why connections were not taken, for each of them; they are closed
	 */
	Map<IdleConnection, IOException> take(List<IdleConnection> connections, boolean warmUp) {
		try {
			return Loops
				.call(this.listener.eventLoop(), this.stepTimeout, () -> serve(connections, warmUp),
						(late) -> late.taken().forEach(Channel::close), () -> close(connections))
				.refusals();
		}
		catch (IOException ex) {
			Map<IdleConnection, IOException> refusals = new HashMap<>();
			connections.forEach((connection) -> refusals.put(connection, ex));
			return refusals;
		}
	}

	private static void close(List<IdleConnection> connections) {
		connections.forEach((connection) -> connection.descriptor().close());
	}

	private Arrived serve(List<IdleConnection> connections, boolean warmUp) {
		List<Channel> taken = new ArrayList<>();
		return new Arrived(taken, Refusals.of(connections,
				(connection) -> taken.add(serve(connection.descriptor(), connection.kept(), warmUp))));
	}

	/**
	 * Pass a connection on as if the listener had accepted it, so that all that the
	 * server does with those applies to it.
	 */
	private Channel serve(Descriptor descriptor, boolean kept, boolean warmUp) throws IOException {
		if (kept && !this.connector.canTransfer()) {
			throw new IOException(
					"Connector '" + this.connector.name() + "' cannot continue another process's connections");
		}
		if (!this.listener.isActive()) {
			throw new IOException("Connector '" + this.connector.name() + "' is stopped");
		}
		SocketChannel child = this.transport.adoptConnection(this.listener, descriptor);
		this.connector.expect(child, kept, warmUp);
		this.listener.pipeline().fireChannelRead(child);
		if (!child.isOpen()) {
			throw new IOException("The server did not take the connection, as one beyond its limit");
		}
		return child;
	}

	private record Arrived(List<Channel> taken, Map<IdleConnection, IOException> refusals) {

	}

}
