package dev.hotswap.web.netty;

import java.net.SocketAddress;

import dev.hotswap.web.HandoffConnectors;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.SocketChannel;

/**
 * Between a listener's channel and Reactor Netty's acceptor: keeps the gate, and meets
 * each connection. All on the listener's event loop.
 */
final class ListenerHandler extends ChannelDuplexHandler {

	private final NettyHandoffConnector connector;

	private final HandoffConnectors connectors;

	private final boolean bound;

	/**
	 * Create a handler.
	 * @param connector the connector, registered once the listener is bound
	 * @param connectors where to register it
	 * @param bound whether the listener was bound by another process
	 */
	ListenerHandler(NettyHandoffConnector connector, HandoffConnectors connectors, boolean bound) {
		this.connector = connector;
		this.connectors = connectors;
		this.bound = bound;
	}

	/**
	 * The listener keeps the socket options and the backlog that it was bound with: it is
	 * shared with the process that serves now.
	 */
	@Override
	public void bind(ChannelHandlerContext context, SocketAddress address, ChannelPromise promise) {
		if (this.bound) {
			register(context, promise);
			return;
		}
		context.bind(address).addListener((future) -> {
			if (future.isSuccess()) {
				register(context, promise);
			}
			else {
				promise.tryFailure(future.cause());
			}
		});
	}

	/**
	 * A future keeps to itself what its listeners throw, and Reactor Netty leaves a
	 * listener open that it could not bind.
	 */
	private void register(ChannelHandlerContext context, ChannelPromise promise) {
		try {
			register(context.channel());
			promise.trySuccess();
		}
		catch (RuntimeException ex) {
			context.close();
			promise.tryFailure(ex);
		}
	}

	private void register(Channel channel) {
		this.connector.start();
		channel.closeFuture().addListener((closed) -> {
			this.connector.stop();
			// With its listener ended by a handoff, it still has connections to finish
			if (!this.connector.gate().isEnded()) {
				this.connectors.unregister(this.connector);
			}
		});
		this.connectors.register(this.connector);
	}

	/**
	 * Reactor Netty asks for reads again a second after accepting has failed, whatever
	 * {@code autoRead} says, so that {@code autoRead} alone is no gate.
	 */
	@Override
	public void read(ChannelHandlerContext context) {
		if (this.connector.gate().mayAccept()) {
			context.read();
		}
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		this.connector.gate().passed();
		SocketChannel channel = (SocketChannel) message;
		HandoffConnection connection = this.connector.meet(channel);
		context.fireChannelRead(channel);
		if (!channel.isOpen()) {
			// Beyond the server's limit; closed so that its close future does not tell
			this.connector.forget(connection);
		}
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
		this.connector.gate().failed(cause);
		context.fireExceptionCaught(cause);
	}

}
