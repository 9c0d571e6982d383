package dev.hotswap.handoff;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;

import dev.hotswap.descriptor.LoopbackPair;
import dev.hotswap.web.HandoffConnector;
import dev.hotswap.web.IdleConnection;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Has connections of this process to itself move before any client's does, one after
 * another, so that it is these that wait while both processes load and interpret what
 * they have never run. Whatever goes wrong, the clients' connections follow. Used by one
 * thread only, that of the drain or of the {@link Rehearsal}.
 */
final class TransferRehearsal {

	/** With the first the code is loaded; the others have it run a little. */
	private static final int ROUNDS = 3;

	private static final Duration TIMEOUT = Duration.ofSeconds(1);

	private static final Log logger = LogFactory.getLog(TransferRehearsal.class);

	private int left = ROUNDS;

	private long deadline;

	private @Nullable Socket client;

	private @Nullable HandoffConnector connector;

	/**
	 * Whether the clients' connections have to wait.
	 */
	boolean isUnderWay() {
		return this.connector != null && this.left > 0 && System.nanoTime() - this.deadline < 0;
	}

	/**
	 * Begin with a connector, unless it has begun.
	 */
	void begin(HandoffConnector connector) {
		if (this.connector == null) {
			this.connector = connector;
			this.deadline = System.nanoTime() + TIMEOUT.toNanos();
		}
	}

	/**
	 * Go on with the connection of this round.
	 * @param connector a connector; the rehearsal is one with the first that has any
	 * connection
	 * @return the connection, or none if it is not idle yet, or under way
	 */
	List<IdleConnection> giveUp(HandoffConnector connector) {
		if (this.left == 0) {
			return List.of();
		}
		try {
			if (this.connector == null && connector.census().total() > 0) {
				begin(connector);
			}
			if (this.connector != connector) {
				return List.of();
			}
			if (!isUnderWay()) {
				throw new IOException("This takes longer than " + TIMEOUT.toMillis() + " ms");
			}
			if (this.client == null) {
				LoopbackPair pair = LoopbackPair.connect();
				this.client = pair.client();
				connector.adoptForWarmUp(pair.server());
			}
			return connector.giveUpForWarmUp();
		}
		catch (IOException | RuntimeException | LinkageError ex) {
			logger.debug("The transfer cannot be rehearsed to its end", ex);
			end();
			return List.of();
		}
	}

	/**
	 * The successor has taken the connection.
	 */
	void moved() {
		hangUp();
		if (this.left > 0) {
			this.left--;
		}
	}

	/**
	 * Rehearse no more.
	 */
	void end() {
		hangUp();
		this.left = 0;
	}

	private void hangUp() {
		Socket client = this.client;
		this.client = null;
		if (client != null) {
			try {
				client.close();
			}
			catch (IOException ex) {
				logger.debug("A connection of this process to itself could not be closed", ex);
			}
		}
	}

}
