package dev.hotswap.handoff;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

import dev.hotswap.descriptor.ChannelDescriptors;
import dev.hotswap.descriptor.Descriptor;
import dev.hotswap.web.Census;
import dev.hotswap.web.ConnectorFigures;
import dev.hotswap.web.HandoffConnector;
import dev.hotswap.web.IdleConnection;

/**
 * A connector with a real listener, that accepts nothing and holds as many connections as
 * a test says.
 */
final class TestListener implements HandoffConnector, AutoCloseable {

	private final String name;

	private final ServerSocketChannel channel;

	volatile boolean open;

	volatile boolean announced;

	volatile boolean idleEnded;

	volatile boolean listenerClosed;

	/** How long connections must not have been used that were to be ended. */
	final Set<Duration> endedUnused = ConcurrentHashMap.newKeySet();

	volatile Census census = new Census(0, 0, 0);

	volatile ConnectorFigures figures = ConnectorFigures.NONE;

	volatile boolean transferable;

	/** Exchanges that go on until they are ended. */
	volatile int longLived;

	/** Connections that are idle now and can move. */
	final Queue<IdleConnection> movable = new ConcurrentLinkedQueue<>();

	/** Whether connections for a warm-up are taken; all of them, and those to give up. */
	volatile boolean rehearses;

	volatile int rehearsals;

	final Queue<Descriptor> rehearsed = new ConcurrentLinkedQueue<>();

	private final Queue<IdleConnection> ownMovable = new ConcurrentLinkedQueue<>();

	/** Connections adopted, by how they came: whether they were kept. */
	final Queue<Boolean> adopted = new ConcurrentLinkedQueue<>();

	volatile boolean adoptionFails;

	/** Those whose adoption fails. */
	final Set<Descriptor> unadoptable = ConcurrentHashMap.newKeySet();

	TestListener(String name, ServerSocketChannel channel) {
		this.name = name;
		this.channel = channel;
	}

	static TestListener bind(String name) throws IOException {
		return new TestListener(name,
				ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
	}

	@Override
	public int longLived() {
		return this.longLived;
	}

	@Override
	public int endLongLived(int max) {
		int ended = Math.min(max, this.longLived);
		this.longLived -= ended;
		return ended;
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public InetSocketAddress address() {
		return (InetSocketAddress) this.channel.socket().getLocalSocketAddress();
	}

	@Override
	public String scheme() {
		return "http";
	}

	@Override
	public Descriptor exportListener() throws IOException {
		return ChannelDescriptors.export(this.channel);
	}

	@Override
	public void openGate() {
		this.open = true;
	}

	@Override
	public void acceptShare(double share) {
	}

	@Override
	public void stopAccepting(Duration timeout) {
		this.open = false;
	}

	@Override
	public void closeListener(Duration timeout) throws IOException {
		this.open = false;
		this.listenerClosed = true;
		this.channel.close();
	}

	@Override
	public void announceEnd() {
		this.announced = true;
	}

	@Override
	public boolean canTransfer() {
		return this.transferable;
	}

	@Override
	public void adopt(Descriptor connection, boolean kept) throws IOException {
		connection.close();
		if (this.adoptionFails || this.unadoptable.contains(connection)) {
			throw new IOException("full");
		}
		this.adopted.add(kept);
	}

	@Override
	public void adoptForWarmUp(Descriptor connection) throws IOException {
		this.rehearsals++;
		if (!this.rehearses) {
			connection.close();
			throw new IOException("no rehearsal");
		}
		this.rehearsed.add(connection);
		this.ownMovable.add(new IdleConnection(connection, false));
	}

	@Override
	public List<IdleConnection> giveUpForWarmUp() {
		List<IdleConnection> given = List.copyOf(this.ownMovable);
		this.ownMovable.clear();
		return given;
	}

	@Override
	public List<IdleConnection> giveUpIdle(int max) {
		List<IdleConnection> given = new ArrayList<>();
		while (given.size() < max && !this.movable.isEmpty()) {
			given.add(this.movable.remove());
		}
		return given;
	}

	@Override
	public ConnectorFigures figures() {
		return this.figures;
	}

	/** All idle connections end at once. */
	@Override
	public int endIdle(Duration unused) {
		if (!unused.isZero()) {
			this.endedUnused.add(unused);
			return 0;
		}
		Census before = this.census;
		this.census = new Census(0, before.active(), 0);
		this.idleEnded = true;
		this.figures = new ConnectorFigures(0, 0, 0, before.fresh() + before.idle(), 0);
		return before.fresh() + before.idle();
	}

	@Override
	public Census census() {
		return this.census;
	}

	@Override
	public void close() throws IOException {
		this.channel.close();
	}

}
