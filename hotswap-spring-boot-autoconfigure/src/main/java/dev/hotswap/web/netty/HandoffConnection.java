package dev.hotswap.web.netty;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

import dev.hotswap.ConnectionState;
import dev.hotswap.web.ConnectionTracker;
import dev.hotswap.web.IdleConnection;
import dev.hotswap.web.RecordedRequest;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultMessageSizeEstimator;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2FrameStreamEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;
import reactor.netty.channel.ChannelOperations;

/**
 * A connection that can tell whether it is idle, can leave for another process, and can
 * be ended politely. Sits between HTTP's codec and Reactor Netty's handler of requests,
 * which queues those that are pipelined: here every request is seen as soon as it has
 * been decoded, and every response last.
 * <p>
 * Everything happens on the connection's event loop, unless a method says otherwise. What
 * others may look at is volatile.
 */
final class HandoffConnection extends ChannelDuplexHandler {

	private static final AttributeKey<HandoffConnection> KEY = AttributeKey.valueOf(HandoffConnection.class,
			"connection");

	private static final String NAME = "hotswap.connection";

	/** Whoever counts or logs what clients do. */
	private static final List<String> UNSEEN = List.of(NettyPipeline.AccessLogHandler,
			NettyPipeline.HttpMetricsHandler);

	/** Larger responses are too much to send again. */
	private static final long MAX_RECORDED_CONTENT = 1024 * 1024;

	/** Of buffers, wrapped or not; a response with a file says its length. */
	private static final MessageSizeEstimator.Handle SIZES = new DefaultMessageSizeEstimator(0).newHandle();

	private final NettyHandoffConnector connector;

	private final SocketChannel channel;

	private final @Nullable ConnectionTracker tracker;

	private final Http2End http2 = new Http2End(this);

	private final RequestClock clock;

	private final boolean warmUp;

	private @Nullable ChannelHandlerContext context;

	private volatile boolean received;

	private volatile boolean active;

	private volatile boolean upgraded;

	private volatile long lastUse = System.nanoTime();

	private volatile @Nullable PoliteEnd end;

	private volatile @Nullable Departure departure;

	/** Requests decoded that have not been answered. */
	private int pending;

	/** Whether the last of them is not complete. */
	private boolean receiving;

	private boolean responding;

	private boolean announced;

	private boolean politely;

	/** A request that may be recorded once it is answered. */
	private @Nullable RecordedRequest candidate;

	private long candidateStart;

	private @Nullable HttpResponse candidateResponse;

	/** Also of a response that does not say its length. */
	private long candidateContent;

	/**
	 * Create a connection. Any thread.
	 * @param connector its connector
	 * @param channel its channel
	 * @param tracker told of each state, if anybody wants to know
	 * @param kept whether it has served a request before, elsewhere
	 * @param warmUp whether it is this process's own
	 */
	HandoffConnection(NettyHandoffConnector connector, SocketChannel channel, @Nullable ConnectionTracker tracker,
			boolean kept, boolean warmUp) {
		this.connector = connector;
		this.channel = channel;
		this.tracker = tracker;
		this.received = kept;
		this.warmUp = warmUp;
		this.clock = new RequestClock(connector.isWatchingRequests());
		channel.attr(KEY).set(this);
		changed(ConnectionState.NEW);
		if (kept) {
			changed(ConnectionState.IDLE);
		}
	}

	/**
	 * Whether it is a process's connection to itself.
	 * @return whether no client has it
	 */
	boolean isWarmUp() {
		return this.warmUp;
	}

	static @Nullable HandoffConnection of(SocketChannel channel) {
		return channel.attr(KEY).get();
	}

	/**
	 * Take the connection's place in its pipeline, once HTTP's handlers are there.
	 * @param pipeline the pipeline
	 */
	void join(ChannelPipeline pipeline) {
		if (this.warmUp) {
			leaveUnseen(pipeline);
		}
		if (pipeline.get(NettyPipeline.HttpTrafficHandler) != null) {
			pipeline.addBefore(NettyPipeline.HttpTrafficHandler, NAME, this);
		}
		else if (pipeline.get(NettyPipeline.HttpCodec) != null) {
			pipeline.addAfter(NettyPipeline.HttpCodec, NAME, this);
		}
		else {
			pipeline.addBefore(NettyPipeline.ReactiveBridge, NAME + ".negotiation", new NegotiationHandler(this));
		}
	}

	/**
	 * The handler that counts connections, bytes and handshakes keeps its place: where
	 * HTTP's handlers come later they replace it, and go on with what it has counted.
	 */
	private static void leaveUnseen(ChannelPipeline pipeline) {
		UNSEEN.stream().filter((name) -> pipeline.get(name) != null).forEach(pipeline::remove);
		if (pipeline.get(NettyPipeline.ChannelMetricsHandler) != null) {
			pipeline.replace(NettyPipeline.ChannelMetricsHandler, NettyPipeline.ChannelMetricsHandler,
					new ChannelInboundHandlerAdapter());
		}
	}

	@Override
	public void handlerAdded(ChannelHandlerContext context) {
		this.context = context;
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		if (this.end != null || (this.announced && !this.receiving)) {
			// Comes after the request whose response announced the end: RFC 9112, 9.6
			this.politely = true;
			ReferenceCountUtil.release(message);
			return;
		}
		if (message instanceof HttpRequest request) {
			requestReceived(request);
		}
		else if (!(message instanceof HttpObject)) {
			upgraded();
		}
		if (message instanceof LastHttpContent) {
			this.receiving = false;
			if (this.pending == 0 && !this.announced) {
				// The response came first
				requestOver();
				rests();
			}
		}
		context.fireChannelRead(message);
	}

	private void requestReceived(HttpRequest request) {
		this.pending++;
		this.receiving = true;
		this.lastUse = System.nanoTime();
		if (!this.received) {
			this.received = true;
		}
		if (!this.active) {
			this.active = true;
			this.clock.start(this.lastUse, request);
			changed(ConnectionState.ACTIVE);
		}
		this.candidate = null;
		if (this.connector.recorder().takes(this.lastUse) && this.pending == 1) {
			HttpHeaders headers = request.headers();
			this.candidate = this.connector.recorder()
				.candidate(this.connector.name(), request.method().name(), request.uri(), headers::get);
			this.candidateStart = this.lastUse;
		}
	}

	private void upgraded() {
		this.lastUse = System.nanoTime();
		if (!this.upgraded) {
			this.received = true;
			this.upgraded = true;
			changed(ConnectionState.ACTIVE);
			if (this.connector.isAnnouncingAmidStreams()) {
				this.http2.announce(true);
			}
		}
	}

	@Override
	public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
		ChannelPromise written = promise;
		if (message instanceof HttpResponse response) {
			responseBegun(response);
		}
		if (this.candidateResponse != null) {
			this.candidateContent += SIZES.size(message);
		}
		if (message instanceof LastHttpContent && this.responding) {
			written = responseComplete(context, promise);
		}
		context.write(message, written);
	}

	private void responseBegun(HttpResponse response) {
		if (response.status().code() == HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
			this.upgraded = true;
		}
		if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
			return;
		}
		this.responding = true;
		this.candidateResponse = (this.candidate != null) ? response : null;
		this.candidateContent = 0;
		if (this.connector.isAnnouncing() && HttpUtil.isKeepAlive(response) && isLastRequest()) {
			HttpUtil.setKeepAlive(response, false);
			this.announced = true;
			this.connector.counters().addAnnounced();
		}
	}

	/**
	 * Whether nothing of a further request has been received. While one is being
	 * received, the decoder's input is a part of it.
	 */
	private boolean isLastRequest() {
		return this.pending == 1 && (this.receiving || BufferedInput.isEmpty(this.channel.pipeline()));
	}

	/**
	 * A stream of HTTP/2 has begun or ended: the connection rests from its response on,
	 * which may have had to wait for the client, and not from its request.
	 */
	@Override
	public void userEventTriggered(ChannelHandlerContext context, Object event) {
		if (event instanceof Http2FrameStreamEvent) {
			this.lastUse = System.nanoTime();
		}
		context.fireUserEventTriggered(event);
	}

	private ChannelPromise responseComplete(ChannelHandlerContext context, ChannelPromise promise) {
		this.responding = false;
		this.pending--;
		this.lastUse = System.nanoTime();
		recordCandidate();
		if (this.announced) {
			return promise.unvoid().addListener((written) -> end());
		}
		if (this.pending == 0) {
			if (!this.receiving) {
				requestOver();
			}
			// Reactor Netty 1.3.7 forgets to read on when the next request comes before
			// it has terminated this exchange (its issue 4361); asking twice is harmless
			read(context);
			if (this.tracker != null) {
				return promise.unvoid().addListener((written) -> rests());
			}
		}
		return promise;
	}

	private void recordCandidate() {
		RecordedRequest candidate = this.candidate;
		HttpResponse response = this.candidateResponse;
		this.candidate = null;
		this.candidateResponse = null;
		if (candidate != null && response != null
				&& Math.max(this.candidateContent, HttpUtil.getContentLength(response, 0L)) <= MAX_RECORDED_CONTENT) {
			this.connector.recorder()
				.served(candidate, response.status().code(), response.headers().get(HttpHeaderNames.CONTENT_TYPE),
						this.candidateStart);
		}
	}

	private void requestOver() {
		this.clock.stop();
		this.active = false;
	}

	private void rests() {
		if (isWithoutRequest()) {
			changed(ConnectionState.IDLE);
		}
	}

	/**
	 * While the connection leaves nobody may read from it.
	 */
	@Override
	public void read(ChannelHandlerContext context) {
		if (this.departure == null) {
			context.read();
		}
	}

	/**
	 * While the connection leaves or ends it is closed here and nowhere else.
	 */
	@Override
	public void close(ChannelHandlerContext context, ChannelPromise promise) {
		if (this.politely && this.end == null && this.departure == null) {
			end();
		}
		if (this.departure != null || this.end != null) {
			ChannelPromise closed = promise.unvoid();
			this.channel.closeFuture().addListener((future) -> closed.trySuccess());
			return;
		}
		context.close(promise);
	}

	/**
	 * To the application the connection is still registered while it leaves.
	 */
	@Override
	public void channelUnregistered(ChannelHandlerContext context) {
		if (this.departure == null || !this.channel.isOpen()) {
			context.fireChannelUnregistered();
		}
	}

	/**
	 * The channel is closed. Any thread.
	 */
	void closed() {
		changed((this.departure != null) ? ConnectionState.TRANSFERRED : ConnectionState.CLOSED);
	}

	private void changed(ConnectionState state) {
		if (this.tracker != null) {
			this.tracker.changed(state);
		}
	}

	SocketChannel channel() {
		return this.channel;
	}

	/**
	 * Our place in the pipeline.
	 * @return the context, or {@code null} before HTTP's handlers are there
	 */
	@Nullable ChannelHandlerContext context() {
		return this.context;
	}

	/**
	 * Have a step taken on the connection's event loop, soon or, if the loop has ended,
	 * never. Any thread.
	 * @param step the step
	 */
	void execute(Runnable step) {
		try {
			if (this.channel.isRegistered()) {
				this.channel.eventLoop().execute(step);
			}
		}
		catch (RejectedExecutionException ex) {
			// The server has stopped, and the connection has ended
		}
	}

	/**
	 * When the connection was last used. Any thread.
	 * @return in {@link System#nanoTime()}
	 */
	long lastUse() {
		return this.lastUse;
	}

	/**
	 * Whether the client has not sent a first request yet. Any thread.
	 * @return whether the connection is fresh
	 */
	boolean isFresh() {
		return !this.received;
	}

	/**
	 * Whether the connection has changed to another protocol than HTTP/1.1. Any thread.
	 * @return whether it has
	 */
	boolean isUpgraded() {
		return this.upgraded;
	}

	/**
	 * Whether no request or response is in progress, as far as others can see. Any
	 * thread.
	 * @return whether the connection is fresh or idle, for a count
	 */
	boolean seemsIdle() {
		return isWithoutRequest() && !isWriting();
	}

	private boolean isWithoutRequest() {
		return !this.active && !this.upgraded && this.departure == null && this.end == null;
	}

	private boolean isWriting() {
		ChannelOutboundBuffer output = this.channel.unsafe().outboundBuffer();
		return output != null && output.totalPendingWriteBytes() > 0;
	}

	/**
	 * Describe the request in progress, once, if it is an old one. Any thread.
	 * @param latest the latest start of an old request, in {@link System#nanoTime()}
	 * @return the description, or {@code null}
	 */
	@Nullable String longRequest(long latest) {
		return this.clock.describe(latest);
	}

	Http2End http2() {
		return this.http2;
	}

	/**
	 * Whether no request or response is in progress and none has begun to arrive.
	 */
	boolean isBetweenRequests() {
		if (!seemsIdle() || this.pending > 0 || this.receiving || this.announced || !this.channel.isActive()) {
			return false;
		}
		ChannelPipeline pipeline = this.channel.pipeline();
		ChannelOutboundBuffer output = this.channel.unsafe().outboundBuffer();
		return output != null && output.size() == 0 && output.totalPendingWriteBytes() == 0
				&& isBetweenRequests(pipeline) && ChannelOperations.get(this.channel) == null
				&& BufferedInput.isEmpty(pipeline);
	}

	/**
	 * An encrypted connection gets its engine with the client's first message, or has it
	 * from the start, gets the session of the handshake with that message, and may get
	 * HTTP's handlers after the handshake only.
	 */
	private boolean isBetweenRequests(ChannelPipeline pipeline) {
		SslHandler encryption = pipeline.get(SslHandler.class);
		if (encryption != null && !encryption.handshakeFuture().isDone()) {
			return encryption.engine().getHandshakeSession() == null;
		}
		return pipeline.get(NettyPipeline.HttpTrafficHandler) != null || (encryption == null && this.context == null);
	}

	/**
	 * End the connection if it is idle.
	 * @return whether this call has ended it
	 */
	boolean endIfIdle() {
		if (this.upgraded) {
			this.http2.endIfIdle();
			return false;
		}
		if (!isBetweenRequests()) {
			return false;
		}
		end();
		return true;
	}

	private void end() {
		if (this.end == null && this.departure == null && this.channel.isActive()) {
			PoliteEnd end = new PoliteEnd(this.channel, this::closeNow);
			this.end = end;
			end.begin();
		}
	}

	private void closeNow() {
		ChannelHandlerContext context = this.context;
		if (context != null) {
			context.close();
		}
		else {
			this.channel.close();
		}
	}

	/**
	 * From now on whoever closes the connection ends it politely.
	 */
	void endPolitely() {
		this.politely = true;
	}

	/**
	 * Have the connection leave, which {@linkplain #isBetweenRequests() is idle}. From
	 * then on nothing is read from it, so that input stays in the kernel.
	 * {@link #finishDeparture} must follow after a pass of the event loop.
	 * @param transport duplicates the descriptor
	 * @throws IOException if the descriptor cannot be duplicated; the connection stays
	 */
	void depart(Transport transport) throws IOException {
		Departure departure = new Departure(this.channel, transport, transport.export(this.channel));
		this.departure = departure;
		departure.begin();
	}

	/**
	 * Close the channel in this process.
	 * @return the connection
	 */
	IdleConnection finishDeparture() {
		Departure departure = this.departure;
		if (departure == null) {
			throw new IllegalStateException("The connection is not leaving");
		}
		return new IdleConnection(departure.finish(), this.received);
	}

}
