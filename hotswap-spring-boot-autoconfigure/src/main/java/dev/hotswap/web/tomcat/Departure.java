package dev.hotswap.web.tomcat;

import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

import dev.hotswap.descriptor.Descriptor;
import dev.hotswap.web.IdleConnection;

/**
 * A connection on its way out of this process. To the workers and the poller it looks
 * closed already, so that none of them reads from it or closes it.
 * <p>
 * Its channel must not be closed before its key is deregistered: the JDK ends a
 * registered connection with {@code shutdown(SHUT_WR)}, for whoever shares it
 * ({@code SocketChannelImpl.implCloseNonBlockingMode}).
 */
final class Departure {

	private final HandoffSocketWrapper wrapper;

	private final SocketChannel channel;

	private final SelectionKey key;

	private final IdleConnection connection;

	Departure(HandoffSocketWrapper wrapper, SocketChannel channel, SelectionKey key, Descriptor descriptor) {
		this.wrapper = wrapper;
		this.channel = channel;
		this.key = key;
		this.connection = new IdleConnection(descriptor, !wrapper.isFresh());
	}

	/**
	 * Ask for the key's deregistration, which happens in the selector's next pass.
	 */
	void cancel() {
		this.key.cancel();
	}

	boolean isDeregistered() {
		return !this.channel.isRegistered();
	}

	/**
	 * Close the channel in this process and return what belongs to the server.
	 * @return the connection
	 */
	IdleConnection finish() {
		this.wrapper.finishDeparture();
		return this.connection;
	}

	/**
	 * Close the connection, because there is nobody to give it to.
	 */
	void abandon() {
		finish().descriptor().close();
	}

}
