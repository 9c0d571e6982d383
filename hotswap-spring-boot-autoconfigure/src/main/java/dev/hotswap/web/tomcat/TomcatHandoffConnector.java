package dev.hotswap.web.tomcat;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import dev.hotswap.descriptor.ChannelDescriptors;
import dev.hotswap.descriptor.Descriptor;
import dev.hotswap.web.Census;
import dev.hotswap.web.ConnectorFigures;
import dev.hotswap.web.HandoffConnector;
import dev.hotswap.web.IdleConnection;

/**
 * A Tomcat endpoint as a handoff sees it, from start to stop.
 */
final class TomcatHandoffConnector implements HandoffConnector {

	private final String name;

	private final HandoffNioEndpoint endpoint;

	private final AcceptQueue queue;

	TomcatHandoffConnector(String name, HandoffNioEndpoint endpoint, AcceptQueue queue) {
		this.name = name;
		this.endpoint = endpoint;
		this.queue = queue;
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public InetSocketAddress address() {
		return this.queue.address();
	}

	@Override
	public String scheme() {
		return this.endpoint.getScheme();
	}

	@Override
	public Descriptor exportListener() throws IOException {
		return ChannelDescriptors.export(this.queue.listener());
	}

	@Override
	public void openGate() {
		if (!this.queue.isOpen()) {
			return;
		}
		this.endpoint.setAnnouncing(false);
		this.endpoint.setAnnouncingAmidStreams(false);
		this.endpoint.gate().open();
	}

	@Override
	public void acceptShare(double share) {
		this.queue.share(share);
	}

	@Override
	public void stopAccepting(Duration timeout) throws IOException {
		boolean stopped;
		try {
			// Certain without the acceptor's help, unless it is just accepting. Waking it
			// only brings it from the selector to the gate.
			this.queue.wakeup();
			stopped = this.endpoint.gate().close(timeout);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw (IOException) new InterruptedIOException(
					"Interrupted while connector '" + this.name + "' stopped accepting")
				.initCause(ex);
		}
		if (!stopped) {
			throw new IOException("Connector '" + this.name + "' did not stop accepting within " + timeout.toMillis()
					+ " ms, or was told to accept again");
		}
	}

	@Override
	public void closeListener(Duration timeout) throws IOException {
		try {
			stopAccepting(timeout);
			this.queue.empty(this.endpoint::serve, timeout);
		}
		finally {
			this.endpoint.closeListener();
		}
	}

	@Override
	public void announceEnd() {
		this.endpoint.setAnnouncing(true);
		announceEndOfUpgraded();
	}

	@Override
	public void announceEndOfUpgraded() {
		upgradedEnds().forEach((end) -> end.announce(false));
	}

	@Override
	public void announceEndAmidStreams() {
		this.endpoint.setAnnouncingAmidStreams(true);
		upgradedEnds().forEach((end) -> end.announce(true));
	}

	@Override
	public int longLived() {
		return (int) (openEventStreams().count() + openSessions().count());
	}

	@Override
	public int endLongLived(int max) {
		int ended = (int) openEventStreams().filter(AsyncExchange::end).limit(max).count();
		List<UpgradedEnd> sessions = openSessions().limit(max - ended).toList();
		sessions.forEach(UpgradedEnd::endSession);
		return ended + sessions.size();
	}

	private Stream<AsyncExchange> openEventStreams() {
		return this.endpoint.openEventStreams();
	}

	private Stream<UpgradedEnd> openSessions() {
		return upgradedEnds().filter(UpgradedEnd::isOpenSession);
	}

	private Stream<UpgradedEnd> upgradedEnds() {
		return this.endpoint.openConnections().map(HandoffSocketWrapper::upgradedEnd);
	}

	@Override
	public int endIdle(Duration unused) {
		long latest = System.nanoTime() - unused.toNanos();
		List<HandoffSocketWrapper> candidates = this.endpoint.openConnections()
			.filter((connection) -> connection.lastUse() - latest <= 0)
			.toList();
		candidates.forEach((connection) -> connection.upgradedEnd().endIfIdle());
		int ended = (int) candidates.stream().filter(HandoffSocketWrapper::endIfIdle).count();
		this.endpoint.counters().addEnded(ended);
		return ended;
	}

	@Override
	public Census census() {
		AtomicInteger fresh = new AtomicInteger();
		AtomicInteger active = new AtomicInteger();
		AtomicInteger idle = new AtomicInteger();
		this.endpoint.openConnections().forEach((connection) -> {
			if (connection.isFresh() && !connection.isEnding()) {
				fresh.incrementAndGet();
			}
			else if (!connection.getLock().isLocked() && connection.isBetweenRequests()) {
				idle.incrementAndGet();
			}
			else {
				active.incrementAndGet();
			}
		});
		return new Census(fresh.get(), active.get(), idle.get());
	}

	@Override
	public boolean canTransfer() {
		return ChannelDescriptors.isAdoptionAvailable() && !this.endpoint.isSSLEnabled();
	}

	@Override
	public void adopt(Descriptor connection, boolean kept) throws IOException {
		if (kept && this.endpoint.isSSLEnabled()) {
			connection.close();
			throw new IOException("Connector '" + this.name + "' cannot continue an encrypted connection");
		}
		this.endpoint.adopt(ChannelDescriptors.adoptSocket(connection), kept);
	}

	@Override
	public void adoptForWarmUp(Descriptor connection) throws IOException {
		this.endpoint.adoptForWarmUp(ChannelDescriptors.adoptSocket(connection));
	}

	@Override
	public List<IdleConnection> giveUpIdle(int max) throws IOException {
		return canTransfer() ? this.endpoint.departures().giveUp(max) : List.of();
	}

	@Override
	public List<IdleConnection> giveUpForWarmUp() throws IOException {
		if (!canTransfer()) {
			return List.of();
		}
		Departures departures = this.endpoint.warmUpDepartures();
		try {
			return departures.giveUp(1);
		}
		catch (IOException ex) {
			departures.abandon();
			throw ex;
		}
	}

	@Override
	public ConnectorFigures figures() {
		return this.endpoint.counters().figures();
	}

	@Override
	public String toString() {
		return "Tomcat connector '" + this.name + "' on " + address();
	}

}
