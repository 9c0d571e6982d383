package dev.hotswap.web.netty;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import org.jspecify.annotations.Nullable;

/**
 * The end of a connection that speaks HTTP/2.
 */
final class Http2End {

	/**
	 * A client may send its next request as soon as it has a response, and some abandon
	 * it when a GOAWAY crosses it.
	 */
	private static final Duration REST = Duration.ofMillis(50);

	/**
	 * Between the first GOAWAY, which refuses no stream, and the last one: RFC 9113, 6.8,
	 * wants a round trip for streams that cross it.
	 */
	private static final Duration GOAWAY_DELAY = Duration.ofSeconds(1);

	private final HandoffConnection connection;

	private volatile boolean announced;

	Http2End(HandoffConnection connection) {
		this.connection = connection;
	}

	/**
	 * Announce the end, unless that has been done or the connection speaks another
	 * protocol. Any thread; the event loop does it soon.
	 * @param amidStreams whether to announce it to a connection that has streams in
	 * flight, or had a moment ago
	 */
	void announce(boolean amidStreams) {
		if (this.connection.isUpgraded() && !this.announced) {
			this.connection.execute(() -> announceNow(amidStreams));
		}
	}

	private void announceNow(boolean amidStreams) {
		Http2FrameCodec codec = codec();
		ChannelHandlerContext context = this.connection.context();
		if (codec == null || context == null || this.announced || (!amidStreams && !rests(codec))) {
			return;
		}
		this.announced = true;
		context.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR).setExtraStreamIds(Integer.MAX_VALUE));
		context.executor().schedule(() -> {
			context.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
			// Closes once the streams are done
			context.close();
		}, GOAWAY_DELAY.toMillis(), TimeUnit.MILLISECONDS);
	}

	private boolean rests(Http2FrameCodec codec) {
		return System.nanoTime() - this.connection.lastUse() >= REST.toNanos()
				&& codec.connection().numActiveStreams() == 0;
	}

	/**
	 * End the connection with a GOAWAY if it has no streams. Called on the event loop.
	 */
	void endIfIdle() {
		Http2FrameCodec codec = codec();
		ChannelHandlerContext context = this.connection.context();
		if (codec != null && context != null && codec.connection().numActiveStreams() == 0) {
			this.announced = true;
			context.close();
		}
	}

	private @Nullable Http2FrameCodec codec() {
		return this.connection.channel().pipeline().get(Http2FrameCodec.class);
	}

}
