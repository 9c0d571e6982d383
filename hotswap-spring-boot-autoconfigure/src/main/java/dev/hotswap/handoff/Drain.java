package dev.hotswap.handoff;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

import dev.hotswap.HandoffRecord;
import dev.hotswap.web.ConnectorFigures;
import dev.hotswap.web.HandoffConnector;
import dev.hotswap.web.HandoffConnectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Finishes what a process has accepted. Connections that can move go to the successor as
 * they fall idle. The end of others is announced on their next response, at once, and
 * shortly before the deadline that of those that have not moved by then; what would go on
 * for good is ended, spread over some time; what is idle at the deadline is ended. Looks
 * at the connectors at short intervals, since no server tells when a connection has
 * fallen idle or its last one has gone. All of it runs on the timer's one thread.
 */
final class Drain {

	private static final Duration INTERVAL = Duration.ofMillis(10);

	/** What can move is not announced until so long before the deadline. */
	private static final Duration LAST_ANNOUNCEMENT = Duration.ofSeconds(5);

	/** What clients have to end an idle connection after our end of it was shut down. */
	private static final Duration LINGER = Duration.ofSeconds(6);

	private static final Log logger = LogFactory.getLog(Drain.class);

	private final HandoffConnectors connectors;

	private final ConnectionAdoption adoption;

	private final @Nullable ConnectionTransfer transfer;

	private final DrainParticipants participants;

	private final Duration timeout;

	private final Duration spread;

	private final @Nullable Duration unused;

	private final Duration linger;

	private final Consumer<HandoffRecord.Connections> listener;

	private final ScheduledExecutorService timer;

	private final ConnectorFigures before;

	private long deadline;

	private @Nullable LongLivedEnd longLivedEnd;

	private boolean allAnnounced;

	private boolean idleEnded;

	private volatile boolean over;

	private @Nullable CompletableFuture<@Nullable Void> settled;

	/**
	 * Create a drain.
	 * @param connectors what to drain
	 * @param adoption what may still come in, which ends with the drain
	 * @param transfer moves connections, or {@code null} to announce the end to all
	 * @param participants beans of the application that have something to finish
	 * @param timeout when what is left is ended
	 * @param spread over which time event streams and WebSocket sessions are ended
	 * @param timer whose thread to run on
	 * @param listener told what became of the connections
	 */
	Drain(HandoffConnectors connectors, ConnectionAdoption adoption, @Nullable ConnectionTransfer transfer,
			DrainParticipants participants, Duration timeout, Duration spread, ScheduledExecutorService timer,
			Consumer<HandoffRecord.Connections> listener) {
		this(connectors, adoption, transfer, participants, timeout, spread, null, LINGER, timer, listener);
	}

	/**
	 * Create a drain with rules of its own for what is idle.
	 * @param unused end connections that have not been used for so long, or {@code null}
	 * to end those that are idle at the deadline only
	 * @param linger what clients have to end an idle connection after the deadline
	 */
	Drain(HandoffConnectors connectors, ConnectionAdoption adoption, @Nullable ConnectionTransfer transfer,
			DrainParticipants participants, Duration timeout, Duration spread, @Nullable Duration unused,
			Duration linger, ScheduledExecutorService timer, Consumer<HandoffRecord.Connections> listener) {
		this.connectors = connectors;
		this.adoption = adoption;
		this.transfer = transfer;
		this.participants = participants;
		this.timeout = timeout;
		this.spread = spread;
		this.unused = unused;
		this.linger = linger;
		this.timer = timer;
		this.listener = listener;
		this.before = figures();
	}

	void start() {
		execute(() -> {
			this.deadline = System.nanoTime() + this.timeout.toNanos();
			run(() -> this.participants.start(this.timeout));
			run(this::begin);
			tick();
		});
	}

	boolean isOver() {
		return this.over;
	}

	/**
	 * The successor has answered for connections: there is room for more.
	 */
	void answered(Frame.Answered answer) {
		ConnectionTransfer transfer = this.transfer;
		if (transfer != null) {
			execute(() -> {
				transfer.answered(answer);
				// Counting all connections is left to the next tick
				if (!this.over && !this.idleEnded && transfer.isWorthMoving()) {
					move();
				}
				settleIfAnswered();
			});
		}
	}

	/**
	 * The successor answers no more. If it is dead, what it had not answered for is only
	 * here; otherwise it may be served there, and must not be served twice.
	 * @param dead whether it is dead
	 */
	void successorLost(boolean dead) {
		ConnectionTransfer transfer = this.transfer;
		if (transfer != null) {
			execute(() -> {
				transfer.stop();
				if (dead) {
					transfer.takeBackUnanswered();
				}
				else {
					transfer.close();
				}
				settleIfAnswered();
				if (!this.over) {
					announce();
				}
			});
		}
	}

	/**
	 * Move nothing more for now.
	 * @return completes when all that was offered has been answered for
	 */
	CompletableFuture<@Nullable Void> settle() {
		CompletableFuture<@Nullable Void> settled = new CompletableFuture<>();
		execute(() -> {
			this.settled = settled;
			if (this.transfer != null) {
				this.transfer.stop();
			}
			settleIfAnswered();
		});
		return settled;
	}

	private void settleIfAnswered() {
		if (this.settled != null && (this.transfer == null || !this.transfer.isOutstanding())) {
			this.settled.complete(null);
		}
	}

	/**
	 * Move connections to another process from now on.
	 */
	void moveOver(Predicate<Frame> successor) {
		ConnectionTransfer transfer = this.transfer;
		if (transfer != null) {
			execute(() -> transfer.moveOver(successor));
		}
	}

	/**
	 * Drain no more: this process serves again. Nobody is told how the drain went.
	 * @param successorDead whether what the successor has not answered for is only here
	 * @return completes when it is over and all that was offered has been answered for
	 */
	CompletableFuture<@Nullable Void> cancel(boolean successorDead) {
		execute(() -> {
			this.over = true;
			if (this.transfer != null) {
				this.transfer.cancel();
				if (successorDead) {
					this.transfer.takeBackUnanswered();
				}
			}
			this.participants.resume();
			this.adoption.reopen();
		});
		return settle();
	}

	/**
	 * There is less time than was thought.
	 */
	void hasten(Duration timeout) {
		execute(() -> {
			this.deadline = Math.min(this.deadline, System.nanoTime() + timeout.toNanos());
			if (this.longLivedEnd != null) {
				this.longLivedEnd.endBy(this.deadline);
			}
		});
	}

	private void execute(Runnable step) {
		try {
			this.timer.execute(HandoffLogContext.carry(() -> run(step)));
		}
		catch (RejectedExecutionException ex) {
			logger.debug("The drain is over", ex);
		}
	}

	/** An executor keeps to itself what its tasks throw. */
	private static void run(Runnable step) {
		try {
			step.run();
		}
		catch (RuntimeException | LinkageError | OutOfMemoryError ex) {
			// The JDK reports a thread that could not be started as lack of memory
			logger.error("A step of the drain failed; its deadline ends what is left", ex);
		}
	}

	private void begin() {
		long now = System.nanoTime();
		this.longLivedEnd = new LongLivedEnd(this.connectors, now, this.spread);
		this.longLivedEnd.endBy(this.deadline);
		announce();
	}

	/** Where connections can move, clients are told nothing. */
	private void announce() {
		for (HandoffConnector connector : this.connectors.all()) {
			if (this.transfer == null || !this.transfer.canMove(connector)) {
				attempt(connector, HandoffConnector::announceEnd);
			}
		}
	}

	private void tick() {
		run(this::look);
		endLongLived();
		if (!this.over) {
			this.timer.schedule(HandoffLogContext.carry(this::tick), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
		}
	}

	private void look() {
		if (this.over) {
			return;
		}
		long left = this.deadline - System.nanoTime();
		if (!this.idleEnded) {
			move();
			endUnused();
		}
		if (this.adoption.closeIf(this::isEmpty)) {
			end(0);
		}
		else if (left <= 0 && !this.idleEnded) {
			if (this.transfer != null) {
				this.transfer.stop();
			}
			this.connectors.all().forEach((connector) -> attempt(connector, HandoffConnector::endIdle));
			this.idleEnded = true;
			this.deadline = System.nanoTime() + this.linger.toNanos();
			this.participants.hasten();
		}
		else if (left <= 0) {
			// Whatever is left is in the middle of a request, or its client keeps it open
			end(count(this.connectors));
		}
		else if (left <= LAST_ANNOUNCEMENT.toNanos() && !this.allAnnounced) {
			this.allAnnounced = true;
			this.connectors.all().forEach((connector) -> attempt(connector, HandoffConnector::announceEnd));
			this.connectors.all().forEach((connector) -> attempt(connector, HandoffConnector::announceEndAmidStreams));
		}
	}

	private void endLongLived() {
		LongLivedEnd longLivedEnd = this.longLivedEnd;
		if (longLivedEnd != null && !this.over) {
			run(() -> longLivedEnd.look(System.nanoTime()));
		}
	}

	private void move() {
		ConnectionTransfer transfer = this.transfer;
		if (transfer != null) {
			this.connectors.all().forEach((connector) -> attempt(connector, transfer::move));
		}
	}

	private void endUnused() {
		Duration unused = this.unused;
		if (unused != null) {
			this.connectors.all().forEach((connector) -> attempt(connector, (each) -> each.endIdle(unused)));
		}
	}

	private boolean isEmpty() {
		// To count all connections takes longer than the rest
		return this.participants.isDone() && (this.transfer == null || !this.transfer.isOutstanding())
				&& count(this.connectors) == 0;
	}

	private void end(long cut) {
		this.over = true;
		this.adoption.close();
		if (this.transfer != null) {
			this.transfer.close();
		}
		ConnectorFigures figures = figures().since(this.before);
		long transferred = (this.transfer != null) ? this.transfer.transferred() : 0;
		long returned = (this.transfer != null) ? this.transfer.returned() : 0;
		this.listener
			.accept(new HandoffRecord.Connections(transferred, returned, figures.announced(), figures.ended() + cut));
	}

	/**
	 * Count what is left. A connector that fails counts as one that holds something until
	 * the deadline.
	 */
	static int count(HandoffConnectors connectors) {
		try {
			return connectors.census().total();
		}
		catch (RuntimeException ex) {
			logger.debug("The connections could not be counted", ex);
			return 1;
		}
	}

	private ConnectorFigures figures() {
		try {
			return this.connectors.figures();
		}
		catch (RuntimeException ex) {
			logger.debug("The connections could not be counted", ex);
			return ConnectorFigures.NONE;
		}
	}

	private static void attempt(HandoffConnector connector, Consumer<HandoffConnector> step) {
		try {
			step.accept(connector);
		}
		catch (RuntimeException ex) {
			// The others still drain, and the deadline ends what this one holds
			logger.warn("Connector '" + connector.name() + "' failed to drain", ex);
		}
	}

}
