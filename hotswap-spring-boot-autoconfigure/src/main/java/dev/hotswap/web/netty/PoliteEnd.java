package dev.hotswap.web.netty;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;

/**
 * Ends a connection politely: first {@code shutdown(SHUT_WR)}, then reading to the
 * client's end, then close. Closing a socket that has unread input resets the connection
 * (RFC 1122, 4.2.2.13), which may destroy the response on its way.
 */
final class PoliteEnd {

	/**
	 * How long a client has to end a connection that we have ended.
	 */
	static final Duration TIMEOUT = Duration.ofSeconds(5);

	private final SocketChannel channel;

	private final Runnable close;

	/**
	 * Create an end.
	 * @param channel the connection's channel
	 * @param close closes it
	 */
	PoliteEnd(SocketChannel channel, Runnable close) {
		this.channel = channel;
		this.close = close;
	}

	/**
	 * End our side of the connection, with a {@code close_notify} where it is encrypted.
	 * The transport closes it when the client's side has ended, too.
	 */
	void begin() {
		ScheduledFuture<?> timeout = this.channel.eventLoop()
			.schedule(this.close, TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
		this.channel.closeFuture().addListener((closed) -> timeout.cancel(false));
		SslHandler encryption = this.channel.pipeline().get(SslHandler.class);
		boolean encrypted = encryption != null && encryption.handshakeFuture().isSuccess();
		ChannelFuture notified = encrypted ? encryption.closeOutbound() : this.channel.newSucceededFuture();
		notified.addListener((sent) -> this.channel.shutdownOutput().addListener((shut) -> {
			if (!shut.isSuccess()) {
				this.close.run();
			}
		}));
		this.channel.config().setAutoRead(true);
		this.channel.read();
	}

}
