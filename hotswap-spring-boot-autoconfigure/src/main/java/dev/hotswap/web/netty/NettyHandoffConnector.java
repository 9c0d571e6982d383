package dev.hotswap.web.netty;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import dev.hotswap.descriptor.Descriptor;
import dev.hotswap.web.Census;
import dev.hotswap.web.ConnectionCounters;
import dev.hotswap.web.ConnectionEvents;
import dev.hotswap.web.ConnectionMonitoring;
import dev.hotswap.web.ConnectionTracker;
import dev.hotswap.web.ConnectionWatch;
import dev.hotswap.web.ConnectorFigures;
import dev.hotswap.web.HandoffConnector;
import dev.hotswap.web.IdleConnection;
import dev.hotswap.web.RequestRecorder;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A Reactor Netty server as a handoff sees it, from its listener's binding on. What is
 * done to the listener is done on its event loop, and so never while it accepts.
 */
final class NettyHandoffConnector implements HandoffConnector, ConnectionWatch.WatchedConnections {

	private static final Duration LOOP_TIMEOUT = Duration.ofSeconds(5);

	private final String name;

	private final ServerSocketChannel listener;

	private final Transport transport;

	private final boolean encrypted;

	private final boolean transferable;

	private final ConnectionMonitoring monitoring;

	private final RequestRecorder recorder;

	private final AcceptGate gate;

	private final Set<HandoffConnection> connections = ConcurrentHashMap.newKeySet();

	private final ConnectionCounters counters = new ConnectionCounters();

	private final Arrivals arrivals;

	private final Departures departures;

	private final Departures warmUpDepartures;

	private final LongLivedExchanges longLived;

	private volatile @Nullable InetSocketAddress address;

	private volatile boolean announcing;

	private volatile boolean announcingAmidStreams;

	private @Nullable ConnectionWatch watch;

	/**
	 * Create a connector.
	 * @param name its name
	 * @param listener the listener, which may not be bound yet
	 * @param transport the listener's transport
	 * @param encrypted whether connections are encrypted
	 * @param addressesInBand whether connections begin with the client's address (the
	 * PROXY protocol), which is told to the process that accepts them only
	 * @param monitoring how to watch the connections
	 * @param recorder records requests
	 * @param channels the channels of all requests and connections, if the server has
	 * such a group
	 */
	NettyHandoffConnector(String name, ServerSocketChannel listener, Transport transport, boolean encrypted,
			boolean addressesInBand, ConnectionMonitoring monitoring, RequestRecorder recorder,
			@Nullable ChannelGroup channels) {
		this.name = name;
		this.listener = listener;
		this.transport = transport;
		this.encrypted = encrypted;
		this.transferable = !encrypted && !addressesInBand && transport.canMoveConnections() && BufferedInput.isKnown();
		this.monitoring = monitoring;
		this.recorder = recorder;
		this.gate = new AcceptGate(name, listener, transport);
		this.arrivals = new Arrivals(this, listener, transport);
		this.departures = new Departures(this.connections, transport, this.counters, false);
		this.warmUpDepartures = new Departures(this.connections, transport, this.counters, true);
		this.longLived = new LongLivedExchanges(this.connections, channels);
	}

	/** The listener is bound. */
	void start() {
		this.address = this.listener.localAddress();
		this.watch = ConnectionWatch.start(this.name, this, this.monitoring, this.listener.eventLoop());
	}

	/** The listener is closed. */
	void stop() {
		if (this.watch != null) {
			this.watch.stop();
		}
		this.departures.abandon();
		this.warmUpDepartures.abandon();
	}

	AcceptGate gate() {
		return this.gate;
	}

	ConnectionCounters counters() {
		return this.counters;
	}

	RequestRecorder recorder() {
		return this.recorder;
	}

	boolean isAnnouncing() {
		return this.announcing;
	}

	boolean isAnnouncingAmidStreams() {
		return this.announcingAmidStreams;
	}

	boolean isWatchingRequests() {
		return this.monitoring.activeWarning() != null;
	}

	/**
	 * A connection was accepted, here or elsewhere.
	 * @param channel its channel
	 * @return the connection
	 */
	HandoffConnection meet(SocketChannel channel) {
		HandoffConnection connection = HandoffConnection.of(channel);
		if (connection == null) {
			connection = new HandoffConnection(this, channel, tracker(channel), false, false);
		}
		HandoffConnection met = connection;
		this.connections.add(met);
		channel.closeFuture().addListener((closed) -> forget(met));
		return met;
	}

	/**
	 * A connection has ended.
	 * @param connection the connection
	 */
	void forget(HandoffConnection connection) {
		if (this.connections.remove(connection)) {
			connection.closed();
		}
	}

	/**
	 * A connection that was accepted elsewhere is about to come in.
	 * @param channel its channel
	 * @param kept whether it has served a request before
	 * @param warmUp whether it is this process's own
	 */
	void expect(SocketChannel channel, boolean kept, boolean warmUp) {
		new HandoffConnection(this, channel, warmUp ? null : tracker(channel), kept, warmUp);
	}

	private @Nullable ConnectionTracker tracker(SocketChannel channel) {
		ConnectionEvents events = this.monitoring.events();
		return (events != null) ? new ConnectionTracker(events, this.name, channel.remoteAddress()) : null;
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public InetSocketAddress address() {
		InetSocketAddress address = this.address;
		return (address != null) ? address : this.listener.localAddress();
	}

	@Override
	public String scheme() {
		return this.encrypted ? "https" : "http";
	}

	@Override
	public Descriptor exportListener() throws IOException {
		return Loops.call(this.listener.eventLoop(), LOOP_TIMEOUT, () -> this.transport.export(this.listener),
				Descriptor::close);
	}

	@Override
	public void openGate() {
		if (this.listener.isOpen()) {
			this.announcing = false;
			this.announcingAmidStreams = false;
			this.gate.open();
		}
	}

	@Override
	public void acceptShare(double share) {
		this.gate.share(share);
	}

	@Override
	public void stopAccepting(Duration timeout) throws IOException {
		this.gate.close(timeout);
	}

	@Override
	public void closeListener(Duration timeout) throws IOException {
		this.gate.emptyAndClose(timeout);
	}

	@Override
	public void announceEnd() {
		this.announcing = true;
		announceEndOfUpgraded();
	}

	@Override
	public void announceEndOfUpgraded() {
		this.connections.forEach((connection) -> connection.http2().announce(false));
	}

	@Override
	public void announceEndAmidStreams() {
		this.announcingAmidStreams = true;
		this.connections.forEach((connection) -> connection.http2().announce(true));
	}

	@Override
	public int longLived() {
		return this.longLived.count();
	}

	@Override
	public int endLongLived(int max) {
		return this.longLived.end(max);
	}

	@Override
	public int endIdle(Duration unused) {
		int ended = endIfIdle(unused);
		this.counters.addEnded(ended);
		return ended;
	}

	private int endIfIdle(Duration unused) {
		long latest = System.nanoTime() - unused.toNanos();
		AtomicInteger ended = new AtomicInteger();
		Loops.each(this.connections, LOOP_TIMEOUT, (connection) -> {
			if (connection.lastUse() - latest <= 0 && connection.endIfIdle()) {
				ended.incrementAndGet();
			}
		});
		return ended.get();
	}

	@Override
	public void evictIdle(Duration timeout) {
		long latest = System.nanoTime() - timeout.toNanos();
		// Called on an event loop, which must not wait for the others
		this.connections.stream()
			.filter((connection) -> connection.lastUse() - latest < 0 && connection.seemsIdle())
			.forEach((connection) -> connection.execute(() -> {
				if (connection.lastUse() - latest < 0 && connection.endIfIdle()) {
					this.counters.addEvicted(1);
				}
			}));
	}

	@Override
	public Stream<String> longRequests(Duration age) {
		long latest = System.nanoTime() - age.toNanos();
		return this.connections.stream().flatMap((connection) -> Stream.ofNullable(connection.longRequest(latest)));
	}

	@Override
	public boolean canTransfer() {
		return this.transferable;
	}

	@Override
	public void adopt(Descriptor descriptor, boolean kept) throws IOException {
		IdleConnection connection = new IdleConnection(descriptor, kept);
		throwIfPresent(adopt(List.of(connection)).get(connection));
	}

	@Override
	public Map<IdleConnection, IOException> adopt(List<IdleConnection> connections) {
		Map<IdleConnection, IOException> refusals = this.arrivals.take(connections, false);
		this.counters.addAdopted(connections.size() - refusals.size());
		return refusals;
	}

	@Override
	public void adoptForWarmUp(Descriptor descriptor) throws IOException {
		IdleConnection connection = new IdleConnection(descriptor, false);
		throwIfPresent(this.arrivals.take(List.of(connection), true).get(connection));
	}

	private static void throwIfPresent(@Nullable IOException refusal) throws IOException {
		if (refusal != null) {
			throw refusal;
		}
	}

	@Override
	public List<IdleConnection> giveUpIdle(int max) throws IOException {
		return this.transferable ? this.departures.giveUp(max) : List.of();
	}

	@Override
	public List<IdleConnection> giveUpForWarmUp() throws IOException {
		if (!this.transferable) {
			return List.of();
		}
		try {
			return this.warmUpDepartures.giveUp(1);
		}
		catch (IOException ex) {
			this.warmUpDepartures.abandon();
			throw ex;
		}
	}

	@Override
	public Census census() {
		int fresh = 0;
		int active = 0;
		int idle = 0;
		for (HandoffConnection connection : this.connections) {
			if (!connection.seemsIdle()) {
				active++;
			}
			else if (connection.isFresh()) {
				fresh++;
			}
			else {
				idle++;
			}
		}
		return new Census(fresh, active, idle);
	}

	@Override
	public ConnectorFigures figures() {
		return this.counters.figures();
	}

	@Override
	public String toString() {
		return "Reactor Netty connector '" + this.name + "' on " + address();
	}

}
