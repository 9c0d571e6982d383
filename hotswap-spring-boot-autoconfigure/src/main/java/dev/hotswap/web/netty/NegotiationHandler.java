package dev.hotswap.web.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

/**
 * Waits until client and server have agreed on a protocol (ALPN), since HTTP's handlers
 * come only then. Reactor Netty's handler sees the event before this one.
 */
final class NegotiationHandler extends ChannelInboundHandlerAdapter {

	private final HandoffConnection connection;

	NegotiationHandler(HandoffConnection connection) {
		this.connection = connection;
	}

	@Override
	public void userEventTriggered(ChannelHandlerContext context, Object event) {
		if (event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
			context.pipeline().remove(this);
			this.connection.join(context.pipeline());
		}
		context.fireUserEventTriggered(event);
	}

}
