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
import io.netty.util.concurrent.Future;
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

	/** The exchange whose end has begun. */
	private static final AttributeKey<ChannelOperations<?, ?>> ENDING = AttributeKey.valueOf(LongLivedExchanges.class,
			"ending");

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
			channel.attr(ENDING).set(operations);
			if (operations instanceof WebsocketOutbound session) {
				channel.eventLoop().execute(() -> endSession(channel, session));
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
		return all.filter(LongLivedExchanges::isOpen).map(Channel.class::cast);
	}

	private static boolean isOpen(Channel channel) {
		ChannelOperations<?, ?> operations = ChannelOperations.get(channel);
		return operations != null && channel.isActive() && channel.attr(ENDING).get() != operations
				&& (operations instanceof WebsocketOutbound || isEventStream(operations));
	}

	/**
	 * Whether this is an event stream. Its client connects again by itself (HTML Living
	 * Standard, 9.2), which can be said of no other media type.
	 */
	private static boolean isEventStream(ChannelOperations<?, ?> exchange) {
		if (!(exchange instanceof HttpOperations<?, ?> operations) || !operations.hasSentHeaders()
				|| !(operations instanceof HttpServerResponse response)) {
			return false;
		}
		String type = response.responseHeaders().get(HttpHeaderNames.CONTENT_TYPE);
		return type != null && type.toLowerCase(Locale.ROOT).startsWith(EVENT_STREAM);
	}

	private static void endSession(Channel channel, WebsocketOutbound session) {
		HandoffConnection connection = (channel instanceof SocketChannel socket) ? HandoffConnection.of(socket) : null;
		if (connection != null) {
			// Reactor Netty closes once the frame is written
			connection.endPolitely();
		}
		session.sendClose(SERVICE_RESTART, "Please connect again").subscribe((sent) -> {
		}, (failure) -> channel.close());
	}

	/**
	 * Cancel the application's publisher and complete the response. Reactor Netty cancels
	 * when an exchange terminates, which it does once its last content is written.
	 */
	private static void endEventStream(Channel channel) {
		GenericFutureListener<Future<? super Void>> termination = termination(channel);
		if (termination == null) {
			return;
		}
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

	/**
	 * What Reactor Netty itself adds to the write of a response's last content.
	 */
	@SuppressWarnings("unchecked")
	private static @Nullable GenericFutureListener<Future<? super Void>> termination(Channel channel) {
		ChannelOperations<?, ?> operations = ChannelOperations.get(channel);
		return (operations == channel.attr(ENDING).get() && operations instanceof GenericFutureListener<?> listener)
				? (GenericFutureListener<Future<? super Void>>) listener : null;
	}

	private static void terminate(GenericFutureListener<Future<? super Void>> termination, ChannelFuture written) {
		try {
			termination.operationComplete(written);
		}
		catch (Exception ex) {
			written.channel().pipeline().fireExceptionCaught(ex);
		}
	}

}
