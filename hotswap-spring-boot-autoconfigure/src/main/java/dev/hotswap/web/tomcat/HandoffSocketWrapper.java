package dev.hotswap.web.tomcat;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

import dev.hotswap.ConnectionState;
import dev.hotswap.descriptor.ChannelDescriptors;
import dev.hotswap.descriptor.Descriptor;
import dev.hotswap.web.ConnectionTracker;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.SecureNioChannel;
import org.apache.tomcat.util.net.SendfileDataBase;
import org.apache.tomcat.util.net.SendfileKeepAliveState;
import org.apache.tomcat.util.net.SendfileState;
import org.jspecify.annotations.Nullable;

/**
 * A connection that can tell whether it is idle, can leave for another process, and can
 * be ended politely.
 */
final class HandoffSocketWrapper extends NioSocketWrapper {

	private final HandoffNioEndpoint endpoint;

	private final boolean warmUp;

	private volatile boolean received;

	private volatile long lastUse = System.nanoTime();

	private volatile boolean lastResponse;

	private volatile boolean endAfterSendfile;

	private volatile @Nullable PoliteEnd end;

	private boolean leaving;

	private final UpgradedEnd upgradedEnd = new UpgradedEnd(this);

	private final @Nullable ConnectionTracker tracker;

	private volatile @Nullable HandoffProcessor running;

	private long warnedOf;

	/**
	 * Create a wrapper.
	 * @param channel the channel
	 * @param endpoint the endpoint
	 * @param origin where the connection comes from
	 * @param tracker told of each state, if anybody wants to know
	 */
	HandoffSocketWrapper(NioChannel channel, HandoffNioEndpoint endpoint, HandoffNioEndpoint.Origin origin,
			@Nullable ConnectionTracker tracker) {
		super(channel, endpoint);
		this.endpoint = endpoint;
		this.warmUp = (origin == HandoffNioEndpoint.Origin.WARM_UP);
		this.received = (origin == HandoffNioEndpoint.Origin.KEPT);
		this.tracker = tracker;
		if (tracker != null) {
			tracker.changed(ConnectionState.NEW);
			if (this.received) {
				tracker.changed(ConnectionState.IDLE);
			}
		}
	}

	@Override
	public void updateLastRead() {
		if (!this.received) {
			this.received = true;
		}
		if (this.tracker != null) {
			this.tracker.changed(ConnectionState.ACTIVE);
		}
		this.lastUse = System.nanoTime();
		super.updateLastRead();
	}

	/**
	 * The handler has done with what the client sent. Called under the wrapper's lock.
	 */
	void handled() {
		if (this.tracker != null && this.received && isBetweenRequests()) {
			this.tracker.changed(ConnectionState.IDLE);
		}
	}

	@Override
	protected void doClose() {
		super.doClose();
		if (this.tracker != null) {
			this.tracker.changed(this.leaving ? ConnectionState.TRANSFERRED : ConnectionState.CLOSED);
		}
	}

	/**
	 * When the connection was last read from or written to. Tomcat's own times are those
	 * of a clock that can be set.
	 * @return in {@link System#nanoTime()}
	 */
	long lastUse() {
		return this.lastUse;
	}

	/**
	 * A processor runs on this connection, or no longer.
	 * @param running the processor
	 */
	void setRunning(@Nullable HandoffProcessor running) {
		this.running = running;
	}

	/**
	 * Describe the request in progress, once, if it is an old one.
	 * @param latest the latest start of an old request, in {@link System#nanoTime()}
	 * @return the description, or {@code null}
	 */
	@Nullable String longRequest(long latest) {
		HandoffProcessor processor = this.running;
		if (processor == null && getCurrentProcessor() instanceof HandoffProcessor waiting) {
			processor = waiting;
		}
		long start = (processor != null) ? processor.requestStart() : -1;
		if (processor == null || start == -1 || start - latest > 0 || start == this.warnedOf) {
			return null;
		}
		String request = processor.describeRequest(start);
		if (request != null) {
			this.warnedOf = start;
		}
		return request;
	}

	@Override
	public SendfileState processSendfile(SendfileDataBase data) {
		if (data.keepAliveState == SendfileKeepAliveState.NONE) {
			this.lastResponse = true;
		}
		else if (this.tracker != null) {
			// Has the poller dispatch once the file is sent, and so tell the handler
			data.keepAliveState = SendfileKeepAliveState.PIPELINED;
		}
		// Once the file is sent the poller closes the connection by itself. Having it
		// dispatch instead lets the end go through the handler.
		if (this.endpoint.isAnnouncing() && data.keepAliveState == SendfileKeepAliveState.NONE) {
			this.endAfterSendfile = true;
			data.keepAliveState = SendfileKeepAliveState.PIPELINED;
		}
		return super.processSendfile(data);
	}

	/**
	 * Whether it is a process's connection to itself.
	 * @return whether no client has it
	 */
	boolean isWarmUp() {
		return this.warmUp;
	}

	/**
	 * Whether the client has not sent any part of a request yet.
	 * @return whether the connection is fresh
	 */
	boolean isFresh() {
		return !this.received;
	}

	boolean isEnding() {
		return this.end != null;
	}

	boolean endsAfterSendfile() {
		return this.endAfterSendfile;
	}

	/**
	 * Whether no request or response is in progress, as far as this process has read. The
	 * answer is certain only under the wrapper's lock.
	 * @return whether the connection is fresh or idle
	 */
	boolean isBetweenRequests() {
		if (isClosed() || isEnding() || this.lastResponse || this.readOperation != null
				|| this.writeOperation != null) {
			return false;
		}
		Object processor = getCurrentProcessor();
		if (processor != null && !(processor instanceof HandoffProcessor http && http.isResting())) {
			return false;
		}
		NioChannel channel = getSocket();
		if (!channel.isHandshakeComplete()) {
			// Before a handshake there is no engine, and the buffers mean nothing.
			return channel instanceof SecureNioChannel secure && secure.getSslEngine() == null;
		}
		return getSocketBufferHandler().isReadBufferEmpty() && !hasDataToWrite() && getSendfileData() == null;
	}

	/**
	 * End the connection if it is idle and nothing is on its way to the application.
	 * @return whether this call has ended it
	 */
	boolean endIfIdle() {
		if (!tryLock()) {
			return false;
		}
		try {
			if (!isBetweenRequests() || hasInput()) {
				return false;
			}
			if (end()) {
				close();
			}
			return true;
		}
		finally {
			getLock().unlock();
		}
	}

	/**
	 * The end of a connection that speaks another protocol than HTTP/1.1.
	 * @return its end, which does nothing for others
	 */
	UpgradedEnd upgradedEnd() {
		return this.upgradedEnd;
	}

	/**
	 * Take the wrapper's lock, unless a thread has it. The lock is reentrant, and a
	 * request may ask for a handoff on its own thread.
	 */
	private boolean tryLock() {
		return !getLock().isHeldByCurrentThread() && getLock().tryLock();
	}

	/**
	 * Have the connection leave if it is idle. From then on it looks closed to the
	 * workers and the poller, so that input stays in the kernel: who is dispatched
	 * already comes here first and serves, or later and finds it closed.
	 * @param selector the poller's selector
	 * @return the departure, or {@code null} if the connection is not idle or not
	 * registered yet
	 * @throws IOException if the descriptor cannot be duplicated; the connection stays
	 */
	@Nullable Departure departIfIdle(Selector selector) throws IOException {
		if (!tryLock()) {
			return null;
		}
		try {
			NioChannel nioChannel = getSocket();
			SocketChannel channel = nioChannel.getIOChannel();
			// The poller closes without the lock
			if (channel == null || nioChannel instanceof SecureNioChannel || getError() != null
					|| !isBetweenRequests()) {
				return null;
			}
			SelectionKey key = channel.keyFor(selector);
			if (key == null || !key.isValid()) {
				return null;
			}
			Descriptor descriptor = export(channel);
			if (descriptor != null && !this.closed.compareAndSet(false, true)) {
				descriptor.close();
				return null;
			}
			return (descriptor != null) ? new Departure(this, channel, key, descriptor) : null;
		}
		finally {
			getLock().unlock();
		}
	}

	private static @Nullable Descriptor export(SocketChannel channel) throws IOException {
		try {
			return ChannelDescriptors.export(channel);
		}
		catch (ClosedChannelException ex) {
			return null;
		}
	}

	/**
	 * What {@link #close()} does once it has marked the wrapper as closed.
	 */
	void finishDeparture() {
		this.leaving = true;
		try {
			this.endpoint.getHandler().release(this);
		}
		finally {
			this.endpoint.countDownConnection();
			doClose();
		}
	}

	/**
	 * Whether the kernel holds input: a request that the poller has not dispatched yet,
	 * or has dispatched to a worker that waits for the lock.
	 */
	private boolean hasInput() {
		try {
			SocketChannel channel = getSocket().getIOChannel();
			return channel.socket().getInputStream().available() > 0;
		}
		catch (IOException ex) {
			return false;
		}
	}

	/**
	 * End our side of the connection, see {@link PoliteEnd#begin}. Called under the
	 * wrapper's lock.
	 * @return whether the client's side has ended, too, so that the connection can be
	 * closed
	 */
	boolean end() {
		PoliteEnd end = new PoliteEnd(this);
		this.end = end;
		return end.begin();
	}

	/**
	 * Discard the input of a connection that is {@linkplain #isEnding() ending}. Called
	 * under the wrapper's lock.
	 * @return whether the client's side has ended or its time is up
	 */
	boolean discard() {
		PoliteEnd end = this.end;
		return end != null && end.discard();
	}

	/**
	 * Start the poller's time-out anew, although the client has sent nothing.
	 * @param timeout the time-out
	 */
	void restartReadTimeout(Duration timeout) {
		setReadTimeout(timeout.toMillis());
		this.lastUse = System.nanoTime();
		super.updateLastRead();
	}

	@Override
	public void updateLastWrite() {
		this.lastUse = System.nanoTime();
		super.updateLastWrite();
	}

}
