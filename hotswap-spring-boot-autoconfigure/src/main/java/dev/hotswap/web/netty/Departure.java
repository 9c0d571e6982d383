package dev.hotswap.web.netty;

import dev.hotswap.descriptor.Descriptor;
import io.netty.channel.socket.SocketChannel;
import reactor.netty.NettyPipeline;

/**
 * A connection's way out of this process: nothing more is read from it, so that input
 * stays in the kernel, and its channel is closed without the client noticing. All on the
 * connection's event loop.
 */
final class Departure {

	private final SocketChannel channel;

	private final Transport transport;

	private final Descriptor descriptor;

	/**
	 * Create a departure.
	 * @param channel the connection's channel
	 * @param transport its transport
	 * @param descriptor the duplicate that remains of it
	 */
	Departure(SocketChannel channel, Transport transport, Descriptor descriptor) {
		this.channel = channel;
		this.transport = transport;
		this.descriptor = descriptor;
	}

	/**
	 * Begin. Reads that are asked for from now on must not get through.
	 */
	void begin() {
		stopReading();
		this.transport.stopEvents(this.channel);
		if (this.channel.pipeline().get(NettyPipeline.IdleTimeoutHandler) != null) {
			this.channel.pipeline().remove(NettyPipeline.IdleTimeoutHandler);
		}
		this.channel.deregister();
	}

	/**
	 * Deregistering is a task of its own, and the event loop may read before it comes to
	 * that. Only a change of {@code autoRead} takes back a read that was asked for
	 * already.
	 */
	private void stopReading() {
		this.channel.config().setAutoRead(true);
		this.channel.config().setAutoRead(false);
	}

	/**
	 * Close the channel in this process, and tell the server and the application what
	 * they hear of every connection that ends. Called once, after a pass of the event
	 * loop.
	 * @return the descriptor, which the caller owns
	 */
	Descriptor finish() {
		this.channel.unsafe().close(this.channel.voidPromise());
		// Netty tells only of channels that are registered
		this.channel.pipeline().fireChannelInactive().fireChannelUnregistered();
		return this.descriptor;
	}

}
