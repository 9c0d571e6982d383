package dev.hotswap.handoff;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

import dev.hotswap.descriptor.Descriptor;
import dev.hotswap.web.HandoffConnector;
import dev.hotswap.web.IdleConnection;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Moves connections to the successor as they fall idle. Keeps a descriptor of each until
 * the successor has answered for it: what it returns is adopted back and not offered
 * again, and so is what it had not answered for when it died. Used by one thread only,
 * that of the drain or of the {@link Rehearsal}, but for its figures.
 * <p>
 * A {@link TransferRehearsal} goes first, and the connections of clients follow as one,
 * two, four: neither process has done this before, and what runs for the first time takes
 * the JVM tens of milliseconds, in which requests wait on the connections that are under
 * way.
 */
final class ConnectionTransfer {

	/** How many connections may be without an answer; each holds a descriptor here. */
	static final int MAX_OUTSTANDING = 256;

	/** How many descriptors travel with one frame; see the control protocol. */
	static final int BATCH = 32;

	private static final Log logger = LogFactory.getLog(ConnectionTransfer.class);

	private final TransferRehearsal rehearsal = new TransferRehearsal();

	private Predicate<Frame> successor;

	private final Map<Long, Outstanding> outstanding = new HashMap<>();

	private final Set<HandoffConnector> refusing = new HashSet<>();

	private boolean stopped;

	private boolean cancelled;

	private long lastId;

	/** How many may be under way now. */
	private int window = 1;

	private final Map<String, Long> transferred = new ConcurrentHashMap<>();

	private long returned;

	/**
	 * Create a transfer.
	 * @param successor sends a frame, or says that it cannot
	 */
	ConnectionTransfer(Predicate<Frame> successor) {
		this.successor = successor;
	}

	boolean canMove(HandoffConnector connector) {
		return !this.stopped && connector.canTransfer() && !this.refusing.contains(connector);
	}

	/**
	 * Offer a connection of this process to itself, whatever else there is.
	 * @return whether there is more to offer, once that is answered
	 */
	boolean rehearse(HandoffConnector connector) {
		this.rehearsal.begin(connector);
		offer(connector, this.rehearsal.giveUp(connector), true);
		return this.rehearsal.isUnderWay();
	}

	/**
	 * Give up what is idle now, and offer it to the successor.
	 */
	void move(HandoffConnector connector) {
		int room = this.window - this.outstanding.size();
		if (room <= 0 || !canMove(connector)) {
			return;
		}
		offer(connector, this.rehearsal.giveUp(connector), true);
		if (this.rehearsal.isUnderWay()) {
			return;
		}
		try {
			List<IdleConnection> idle = connector.giveUpIdle(room);
			for (int i = 0; i < idle.size(); i += BATCH) {
				offer(connector, idle.subList(i, Math.min(idle.size(), i + BATCH)), false);
			}
		}
		catch (IOException ex) {
			logger.warn("Connector '" + connector.name() + "' cannot give up its connections", ex);
			this.refusing.add(connector);
		}
	}

	private void offer(HandoffConnector connector, List<IdleConnection> idle, boolean warmUp) {
		List<MovingConnection> moving = new ArrayList<>();
		for (IdleConnection connection : idle) {
			try {
				Descriptor travelling = connection.descriptor().duplicate();
				long id = ++this.lastId;
				this.outstanding.put(id, new Outstanding(connector, connection, warmUp));
				moving.add(new MovingConnection(id, new IdleConnection(travelling, connection.kept())));
			}
			catch (IOException ex) {
				// The descriptor limit: it stays here
				takeBack(new Outstanding(connector, connection, warmUp));
			}
		}
		if (!moving.isEmpty() && !this.successor.test(new Frame.Connections(connector.name(), moving, warmUp))) {
			// It has not seen a single one of them
			answered(new Frame.Answered(List.of(), moving.stream().map(MovingConnection::id).toList()));
		}
	}

	void answered(Frame.Answered answer) {
		if (!this.rehearsal.isUnderWay()) {
			this.window = Math.min(this.window * 2, MAX_OUTSTANDING);
		}
		for (Long id : answer.adopted()) {
			Outstanding adopted = this.outstanding.remove(id);
			if (adopted != null) {
				adopted.connection().descriptor().close();
				if (adopted.warmUp()) {
					this.rehearsal.moved();
				}
				else {
					this.transferred.merge(adopted.connector().name(), 1L, Long::sum);
				}
			}
		}
		for (Long id : answer.returned()) {
			Outstanding back = this.outstanding.remove(id);
			if (back != null) {
				takeBack(back);
				this.returned += back.warmUp() ? 0 : 1;
			}
		}
	}

	/**
	 * Offer nothing more.
	 */
	void stop() {
		this.stopped = true;
		this.rehearsal.end();
	}

	/**
	 * Offer to another process from now on, which may take what the former one did not.
	 */
	void moveOver(Predicate<Frame> successor) {
		this.successor = successor;
		this.refusing.clear();
		this.stopped = this.cancelled;
	}

	/**
	 * Offer nothing more, and keep what comes back like any other connection: this
	 * process serves again.
	 */
	void cancel() {
		this.cancelled = true;
		stop();
	}

	/**
	 * The successor is dead, so nobody but this process has the connections that it had
	 * not answered for. While it lives it may be serving them, and they must not be
	 * served twice.
	 */
	void takeBackUnanswered() {
		List<Outstanding> unanswered = List.copyOf(this.outstanding.values());
		this.outstanding.clear();
		unanswered.forEach(this::takeBack);
	}

	/**
	 * Offer nothing more, and close what has no answer: a successor that lives, and that
	 * cannot be heard any more, may serve it.
	 */
	void close() {
		stop();
		this.outstanding.values().forEach((connection) -> connection.connection().descriptor().close());
		this.outstanding.clear();
	}

	private void takeBack(Outstanding outstanding) {
		HandoffConnector connector = outstanding.connector();
		IdleConnection connection = outstanding.connection();
		if (outstanding.warmUp()) {
			connection.descriptor().close();
			this.rehearsal.end();
			return;
		}
		try {
			connector.adopt(connection.descriptor(), connection.kept());
			if (!this.cancelled) {
				// Whoever returned one that can be served would return it again. One that
				// cannot be served here either, as its client has gone, says nothing
				this.refusing.add(connector);
				connector.announceEnd();
			}
		}
		catch (IOException | RuntimeException ex) {
			// The others are adopted back nevertheless
			logger.warn("A connection of connector '" + connector.name()
					+ "' that the successor did not take could not be adopted back, and was closed", ex);
		}
	}

	/**
	 * Whether there is room for so many that a pass of the server's selector pays.
	 */
	boolean isWorthMoving() {
		return this.outstanding.size() <= this.window / 2;
	}

	boolean isOutstanding() {
		return !this.outstanding.isEmpty();
	}

	long transferred() {
		return this.transferred.values().stream().mapToLong(Long::longValue).sum();
	}

	/**
	 * How many connections have moved so far, by connector. From any thread.
	 */
	Map<String, Long> transferredByConnector() {
		return Map.copyOf(this.transferred);
	}

	long returned() {
		return this.returned;
	}

	/**
	 * A connection without an answer.
	 *
	 * @param connector where it came from
	 * @param connection the connection
	 * @param warmUp whether it is the rehearsal's
	 */
	private record Outstanding(HandoffConnector connector, IdleConnection connection, boolean warmUp) {

	}

}
