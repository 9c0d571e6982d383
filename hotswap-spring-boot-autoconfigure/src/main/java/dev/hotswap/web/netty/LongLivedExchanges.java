package dev.hotswap.web.netty;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ServerChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.GenericFutureListener;
import org.jspecify.annotations.Nullable;
import reactor.netty.channel.ChannelOperations;
import reactor.netty.http.HttpOperations;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.websocket.WebsocketOutbound;

/**
 * The exchanges that go on until somebody ends them, and whose clients connect again by
 * themselves: event streams and WebSocket sessions. Over HTTP/2 an exchange has a channel
 * of its own.
 */
final class LongLivedExchanges {

	private static final AttributeKey<Boolean> ENDING = AttributeKey.valueOf(LongLivedExchanges.class, "ending");

	private static final String EVENT_STREAM = "text/event-stream";

	/** Service Restart, IANA WebSocket Close Code Number Registry. */
	private static final int SERVICE_RESTART = 1012;

	private final Collection<HandoffConnection> connections;

	private final @Nullable ChannelGroup channels;

	LongLivedExchanges(Collection<HandoffConnection> connections, @Nullable ChannelGroup channels) {
		this.connections = connections;
		this.channels = channels;
	}

	int count() {
		return (int) open().count();
	}

	int end(int max) {
		List<Channel> ending = open().limit(Math.max(0, max)).toList();
		for (Channel channel : ending) {
			ChannelOperations<?, ?> operations = ChannelOperations.get(channel);
			if (operations instanceof WebsocketOutbound session) {
				endSession(channel, session);
			}
			else {
				channel.eventLoop().execute(() -> endEventStream(channel));
			}
		}
		return ending.size();
	}

	private Stream<Channel> open() {
		Stream<? extends Channel> all = (this.channels != null) ? this.channels.stream()
				: this.connections.stream().map(HandoffConnection::channel);
		return all.filter((channel) -> isOpenSession(channel) || isOpenEventStream(channel)).map(Channel.class::cast);
	}

	private static boolean isOpenSession(Channel channel) {
		return channel.isActive() && ChannelOperations.get(channel) instanceof WebsocketOutbound
				&& !channel.hasAttr(ENDING);
	}

	/**
	 * Whether this is an event stream. Its client connects again by itself (HTML Living
	 * Standard, 9.2), which can be said of no other media type.
	 */
	private static boolean isOpenEventStream(Channel channel) {
		if (!(ChannelOperations.get(channel) instanceof HttpOperations<?, ?> operations) || !operations.hasSentHeaders()
				|| !(operations instanceof HttpServerResponse response)) {
			return false;
		}
		String type = response.responseHeaders().get(HttpHeaderNames.CONTENT_TYPE);
		return type != null && type.toLowerCase(Locale.ROOT).startsWith(EVENT_STREAM);
	}

	private static void endSession(Channel channel, WebsocketOutbound session) {
		channel.attr(ENDING).set(Boolean.TRUE);
		HandoffConnection connection = (channel instanceof SocketChannel socket) ? HandoffConnection.of(socket) : null;
		channel.eventLoop().execute(() -> {
			if (connection != null) {
				// Reactor Netty closes once the frame is written
				connection.endPolitely();
			}
			session.sendClose(SERVICE_RESTART, "Please connect again").subscribe((sent) -> {
			}, (failure) -> channel.close());
		});
	}

	/**
	 * Cancel the application's publisher and complete the response. Reactor Netty cancels
	 * when an exchange terminates, which it does once its last content is written.
	 */
	private static void endEventStream(Channel channel) {
		if (!isOpenEventStream(channel)
				|| !(ChannelOperations.get(channel) instanceof GenericFutureListener<?> operations)) {
			return;
		}
		@SuppressWarnings("unchecked") // Reactor Netty's takes any future
		GenericFutureListener<ChannelFuture> termination = (GenericFutureListener<ChannelFuture>) operations;
		ChannelFuture written = channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
		if (channel.parent() instanceof ServerChannel) {
			// At once, or what the application writes meanwhile would be taken for a part
			// of the next response
			terminate(termination, written);
		}
		else {
			written.addListener(termination);
		}
	}

	private static void terminate(GenericFutureListener<ChannelFuture> termination, ChannelFuture written) {
		try {
			termination.operationComplete(written);
		}
		catch (Exception ex) {
			written.channel().pipeline().fireExceptionCaught(ex);
		}
	}

}
