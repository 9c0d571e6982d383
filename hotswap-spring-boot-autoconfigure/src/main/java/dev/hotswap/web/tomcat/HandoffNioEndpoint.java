package dev.hotswap.web.tomcat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import dev.hotswap.descriptor.ChannelDescriptors;
import dev.hotswap.web.ConnectionCounters;
import dev.hotswap.web.ConnectionEvents;
import dev.hotswap.web.ConnectionMonitoring;
import dev.hotswap.web.ConnectionTracker;
import dev.hotswap.web.ConnectionWatch;
import dev.hotswap.web.HandoffConnectors;
import dev.hotswap.web.ListenerSource;
import dev.hotswap.web.RecordedRequest;
import dev.hotswap.web.RequestRecorder;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.tomcat.util.ExceptionUtils;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SocketBufferHandler;
import org.apache.tomcat.util.threads.LimitLatch;
import org.jspecify.annotations.Nullable;

/**
 * Tomcat's NIO endpoint with an accept loop that can be gated, stopped and resumed
 * without closing anything. Without {@link #join} its gate opens when it starts.
 * <p>
 * The acceptor thread is Tomcat's: it calls {@link #serverSocketAccept()} and hands the
 * connection to {@link #setSocketOptions} or {@link #destroySocket}, all on one thread.
 * The gate is passed from before the accept until one of these two is done. Wherever else
 * the acceptor is (waiting for the limit, backing off after an error, in Tomcat's pause)
 * it holds no connection and has to pass the gate before it gets one.
 */
class HandoffNioEndpoint extends NioEndpoint implements ConnectionWatch.WatchedConnections {

	/** Larger responses are too much to send again. */
	private static final long MAX_RECORDED_CONTENT = 1024 * 1024;

	private final AcceptGate gate = new AcceptGate();

	private final ConnectionLimit limit = new ConnectionLimit(getMaxConnections());

	private final ConnectionCounters counters = new ConnectionCounters();

	private final Departures departures = new Departures(this, false);

	private final Departures warmUpDepartures = new Departures(this, true);

	private final BooleanSupplier isPaused = this::isPaused;

	private final Object adoptionLock = new Object();

	private volatile @Nullable Membership membership;

	private volatile @Nullable AcceptQueue queue;

	private volatile @Nullable AsyncTrackingAdapter asyncRequests;

	private volatile boolean reusePort;

	private volatile Set<String> warmUpAttributes = Set.of();

	private volatile boolean announcing;

	private volatile boolean announcingAmidStreams;

	private @Nullable TomcatHandoffConnector registered;

	private @Nullable ConnectionWatch watch;

	/**
	 * Take part in handoffs. To be called before the endpoint binds.
	 * @param name the connector's name
	 * @param source where the listener comes from
	 * @param connectors the registry that opens the gate
	 * @param monitoring how to watch the connections
	 */
	void join(String name, ListenerSource source, HandoffConnectors connectors, ConnectionMonitoring monitoring) {
		if (getBindState().isBound()) {
			throw new IllegalStateException("The connector '" + name + "' is already bound");
		}
		this.membership = new Membership(name, source, connectors, monitoring);
	}

	/**
	 * Let other processes listen on the same port. To be called before the endpoint
	 * binds.
	 * @param reusePort whether they may
	 */
	void setReusePort(boolean reusePort) {
		this.reusePort = reusePort;
	}

	boolean hasJoined() {
		return this.membership != null;
	}

	@Override
	protected void initServerSocket() throws Exception {
		Membership membership = this.membership;
		this.announcing = false;
		this.announcingAmidStreams = false;
		if (isManagedByTomcat()) {
			if (membership != null) {
				getLog().warn("Connector '" + membership.name()
						+ "' is not handed over, because it uses an inherited channel or a Unix domain socket");
			}
			super.initServerSocket();
			return;
		}
		this.gate.shut();
		InetSocketAddress address = new InetSocketAddress(getAddress(), getPortWithOffset());
		ServerSocketChannel listener = null;
		if (membership != null) {
			// The listener keeps the socket options and the backlog that it was bound
			// with: it is shared with the process that serves now.
			listener = membership.source()
				.claim(membership.name(), address, getScheme(), ChannelDescriptors::adoptServer);
		}
		this.queue = createQueue((listener != null) ? listener : bind(address));
	}

	AcceptQueue createQueue(ServerSocketChannel listener) throws IOException {
		return new AcceptQueue(listener);
	}

	private ServerSocketChannel bind(InetSocketAddress address) throws IOException {
		ServerSocketChannel listener = ServerSocketChannel.open();
		try {
			getSocketProperties().setProperties(listener.socket());
			if (this.reusePort) {
				listener.setOption(StandardSocketOptions.SO_REUSEPORT, true);
			}
			listener.bind(address, getAcceptCount());
			return listener;
		}
		catch (IOException | RuntimeException ex) {
			listener.close();
			throw ex;
		}
	}

	String getScheme() {
		return isSSLEnabled() ? "https" : "http";
	}

	@Override
	protected NetworkChannel getServerSocket() {
		AcceptQueue queue = this.queue;
		return (queue != null) ? queue.listener() : super.getServerSocket();
	}

	@Override
	public void startInternal() throws Exception {
		boolean wasRunning = isRunning();
		super.startInternal();
		AcceptQueue queue = this.queue;
		if (wasRunning || queue == null) {
			return;
		}
		Membership membership = this.membership;
		if (membership == null) {
			this.gate.open();
			return;
		}
		this.watch = ConnectionWatch.start(membership.name(), this, membership.monitoring(), getUtilityExecutor());
		this.registered = new TomcatHandoffConnector(membership.name(), this, queue);
		membership.connectors().register(this.registered);
	}

	@Override
	public void stopInternal() {
		unregister();
		synchronized (this.adoptionLock) {
			// What is adopted up to here, the stopping poller closes
			pause();
		}
		super.stopInternal();
		this.departures.abandon();
		this.warmUpDepartures.abandon();
	}

	@Override
	protected void doCloseServerSocket() throws IOException {
		unregister();
		AcceptQueue queue = this.queue;
		this.queue = null;
		if (queue == null) {
			super.doCloseServerSocket();
			return;
		}
		queue.close();
		this.gate.recheck();
		this.limit.recheck();
	}

	private void unregister() {
		Membership membership = this.membership;
		TomcatHandoffConnector connector = this.registered;
		this.registered = null;
		if (this.watch != null) {
			this.watch.stop();
			this.watch = null;
		}
		if (membership != null && connector != null) {
			membership.connectors().unregister(connector);
		}
	}

	/**
	 * Wait for a connection and accept it. Tomcat's check for duplicates is left out: it
	 * works around a bug of Linux kernels before 5.10 and costs two system calls a
	 * connection.
	 * @return the connection, or {@code null} if the endpoint pauses or stops: the
	 * acceptor then comes to {@link #destroySocket}, or to {@link #setSocketOptions} when
	 * it was resumed in between
	 */
	@Override
	protected @Nullable SocketChannel serverSocketAccept() throws Exception {
		try {
			AcceptQueue queue = this.queue;
			if (queue == null) {
				return isManagedByTomcat() ? super.serverSocketAccept() : null;
			}
			SocketChannel connection = queue.next(this.gate, this.limit, this.isPaused);
			if (connection == null && !queue.isOpen()) {
				// Closed before the endpoint is: without a wait the acceptor would spin
				this.gate.awaitOpen(this.isPaused);
			}
			return connection;
		}
		finally {
			// Tomcat counts before it accepts, and so counts down when that has failed
			this.limit.add();
		}
	}

	/**
	 * Called before each accept. Waits only where it is not the accept queue that waits.
	 */
	@Override
	protected void countUpOrAwaitConnection() {
		if (isManagedByTomcat()) {
			this.limit.awaitRoom(this.isPaused);
		}
	}

	@Override
	protected long countDownConnection() {
		return this.limit.remove();
	}

	@Override
	public long getConnectionCount() {
		return (getMaxConnections() == -1) ? -1 : this.limit.count();
	}

	@Override
	public void setMaxConnections(int maxConnections) {
		super.setMaxConnections(maxConnections);
		this.limit.setLimit(maxConnections);
	}

	/**
	 * No latch: it would count a second time, and lose count of connections whenever
	 * Tomcat releases it.
	 */
	@Override
	protected @Nullable LimitLatch initializeConnectionLatch() {
		return null;
	}

	private boolean isManagedByTomcat() {
		return getUseInheritedChannel() || getUnixDomainSocketPath() != null;
	}

	@Override
	protected boolean setSocketOptions(@Nullable SocketChannel socket) {
		if (socket == null) {
			countDownConnection();
			return true;
		}
		try {
			return serve(socket, Origin.ACCEPTED);
		}
		finally {
			this.gate.passed();
		}
	}

	@Override
	protected void destroySocket(@Nullable SocketChannel socket) {
		if (socket == null) {
			countDownConnection();
			return;
		}
		try {
			super.destroySocket(socket);
		}
		finally {
			this.gate.passed();
		}
	}

	/**
	 * Serve a connection that was not accepted here, beyond the limit if need be.
	 * @param socket the connection, closed if this fails
	 * @param kept whether it has served a request before
	 * @throws IOException if the endpoint is paused or stopped, or the connection cannot
	 * be served
	 */
	void adopt(SocketChannel socket, boolean kept) throws IOException {
		take(socket, kept ? Origin.KEPT : Origin.ACCEPTED);
		this.counters.addAdopted(1);
	}

	/**
	 * Serve a connection of this process to itself.
	 * @param socket the connection, closed if this fails
	 * @throws IOException if the endpoint is paused or stopped, or the connection cannot
	 * be served
	 */
	void adoptForWarmUp(SocketChannel socket) throws IOException {
		take(socket, Origin.WARM_UP);
	}

	/**
	 * Serve a connection that was accepted here, but not by the acceptor, beyond the
	 * limit if need be.
	 * @param socket the connection, closed if this fails
	 */
	void serve(SocketChannel socket) {
		try {
			take(socket, Origin.ACCEPTED);
		}
		catch (IOException ex) {
			getLog().warn("An accepted connection cannot be served", ex);
		}
	}

	/**
	 * Close the listener, but go on serving. The gate must be closed.
	 * @throws IOException if closing fails
	 */
	void closeListener() throws IOException {
		AcceptQueue queue = this.queue;
		if (queue != null) {
			this.gate.shut();
			queue.close();
			this.gate.recheck();
			this.limit.recheck();
		}
	}

	private void take(SocketChannel socket, Origin origin) throws IOException {
		synchronized (this.adoptionLock) {
			if (!isRunning() || isPaused()) {
				socket.close();
				throw new IOException("The connector is " + (isRunning() ? "paused" : "stopped"));
			}
			this.limit.add();
			if (!serve(socket, origin)) {
				closeSocket(socket);
				throw new IOException("The connection cannot be served");
			}
		}
	}

	/**
	 * What {@link NioEndpoint#setSocketOptions} does, with a wrapper of our own.
	 */
	private boolean serve(SocketChannel socket, Origin origin) {
		HandoffSocketWrapper wrapper = null;
		try {
			NioChannel channel = (getNioChannels() != null) ? getNioChannels().pop() : null;
			if (channel == null) {
				channel = createChannel(new SocketBufferHandler(this.socketProperties.getAppReadBufSize(),
						this.socketProperties.getAppWriteBufSize(), this.socketProperties.getDirectBuffer()));
			}
			HandoffSocketWrapper created = new HandoffSocketWrapper(channel, this, origin,
					(origin != Origin.WARM_UP) ? tracker(socket) : null);
			channel.reset(socket, created);
			this.connections.put(socket, created);
			wrapper = created;
			socket.configureBlocking(false);
			if (getUnixDomainSocketPath() == null) {
				this.socketProperties.setProperties(socket.socket());
			}
			wrapper.setReadTimeout((origin == Origin.KEPT) ? getKeepAliveTimeout() : getConnectionTimeout());
			wrapper.setWriteTimeout(getConnectionTimeout());
			wrapper.setKeepAliveLeft(getMaxKeepAliveRequests());
			getPoller().register(wrapper);
			return true;
		}
		catch (Throwable ex) {
			ExceptionUtils.handleThrowable(ex);
			getLog().error(sm.getString("endpoint.socketOptionsError"), ex);
			if (wrapper == null) {
				super.destroySocket(socket);
			}
			return false;
		}
	}

	/**
	 * Let the acceptor see that the endpoint pauses or stops. Tomcat would connect to the
	 * listener instead.
	 */
	@Override
	protected void unlockAccept() {
		this.limit.recheck();
		if (isManagedByTomcat()) {
			super.unlockAccept();
			return;
		}
		this.gate.recheck();
		AcceptQueue queue = this.queue;
		if (queue != null) {
			queue.wakeup();
		}
	}

	AcceptGate gate() {
		return this.gate;
	}

	boolean isAnnouncing() {
		return this.announcing;
	}

	void setAnnouncing(boolean announcing) {
		this.announcing = announcing;
	}

	boolean isAnnouncingAmidStreams() {
		return this.announcingAmidStreams;
	}

	void setAnnouncingAmidStreams(boolean announcing) {
		this.announcingAmidStreams = announcing;
	}

	void setAsyncRequests(AsyncTrackingAdapter asyncRequests) {
		this.asyncRequests = asyncRequests;
	}

	Stream<AsyncExchange> openEventStreams() {
		AsyncTrackingAdapter asyncRequests = this.asyncRequests;
		return (asyncRequests != null) ? asyncRequests.openEventStreams() : Stream.empty();
	}

	private @Nullable ConnectionTracker tracker(SocketChannel socket) {
		Membership membership = this.membership;
		ConnectionEvents events = (membership != null) ? membership.monitoring().events() : null;
		return (membership != null && events != null)
				? new ConnectionTracker(events, membership.name(), remoteAddress(socket)) : null;
	}

	private static @Nullable InetSocketAddress remoteAddress(SocketChannel socket) {
		try {
			return (socket.getRemoteAddress() instanceof InetSocketAddress address) ? address : null;
		}
		catch (IOException ex) {
			return null;
		}
	}

	/**
	 * Whether somebody wants to know how long requests take.
	 * @return whether there is an age to warn from
	 */
	boolean isWatching() {
		Membership membership = this.membership;
		return membership != null && membership.monitoring().activeWarning() != null;
	}

	Set<String> warmUpAttributes() {
		return this.warmUpAttributes;
	}

	void setWarmUpAttributes(Set<String> attributes) {
		this.warmUpAttributes = Set.copyOf(attributes);
	}

	/**
	 * Whether a request is one of the sample that a successor warms up with.
	 * @param start when it began, in {@link System#nanoTime()}
	 * @return whether to record it
	 */
	boolean isRecording(long start) {
		Membership membership = this.membership;
		return membership != null && membership.connectors().recorder().takes(start);
	}

	/**
	 * Record a request that was served.
	 * @param request the request
	 * @param response its response
	 */
	void record(Request request, Response response) {
		Membership membership = this.membership;
		String method = request.getMethod();
		if (membership == null || method == null || response.getContentWritten() > MAX_RECORDED_CONTENT) {
			return;
		}
		String query = request.queryString().toString();
		String target = request.requestURI() + ((query != null) ? "?" + query : "");
		RequestRecorder recorder = membership.connectors().recorder();
		RecordedRequest candidate = recorder.candidate(membership.name(), method, target, request::getHeader);
		if (candidate != null) {
			recorder.served(candidate, response.getStatus(), response.getContentType(), request.getStartTimeNanos());
		}
	}

	ConnectionLimit limit() {
		return this.limit;
	}

	ConnectionCounters counters() {
		return this.counters;
	}

	Departures departures() {
		return this.departures;
	}

	Departures warmUpDepartures() {
		return this.warmUpDepartures;
	}

	/**
	 * The poller's selector.
	 * @return the selector, or {@code null} while the endpoint does not run
	 */
	@Nullable Selector selector() {
		Poller poller = getPoller();
		return (poller != null) ? poller.getSelector() : null;
	}

	Stream<HandoffSocketWrapper> openConnections() {
		return this.connections.values()
			.stream()
			.filter(HandoffSocketWrapper.class::isInstance)
			.map(HandoffSocketWrapper.class::cast)
			.filter((connection) -> !connection.isClosed());
	}

	@Override
	public void evictIdle(Duration timeout) {
		long latest = System.nanoTime() - timeout.toNanos();
		this.counters.addEvicted((int) openConnections()
			.filter((connection) -> connection.lastUse() - latest < 0 && connection.endIfIdle())
			.count());
	}

	@Override
	public Stream<String> longRequests(Duration age) {
		long latest = System.nanoTime() - age.toNanos();
		return openConnections().map((connection) -> connection.longRequest(latest)).filter(Objects::nonNull);
	}

	/**
	 * Where a connection comes from.
	 */
	enum Origin {

		/** A client's, which has sent nothing yet. */
		ACCEPTED,

		/** A client's that has been served before, elsewhere. */
		KEPT,

		/** A process's own. */
		WARM_UP

	}

	private record Membership(String name, ListenerSource source, HandoffConnectors connectors,
			ConnectionMonitoring monitoring) {

		Membership {
			Objects.requireNonNull(name, "name");
			Objects.requireNonNull(source, "source");
			Objects.requireNonNull(connectors, "connectors");
			Objects.requireNonNull(monitoring, "monitoring");
		}

	}

}
