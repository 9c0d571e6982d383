package dev.hotswap.handoff;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

import dev.hotswap.web.HandoffConnector;
import dev.hotswap.web.HandoffConnectors;
import dev.hotswap.web.IdleConnection;
import dev.hotswap.web.Refusals;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Takes over the connections that an older generation gives up, and answers for each. It
 * closes for good with the last look of this process's own drain, so that no connection
 * comes in after that and ends with the process. Thread-safe.
 */
final class ConnectionAdoption {

	private static final Log logger = LogFactory.getLog(ConnectionAdoption.class);

	private final HandoffConnectors connectors;

	private final Map<String, Long> adopted = new ConcurrentHashMap<>();

	private int pending;

	private boolean closed;

	ConnectionAdoption(HandoffConnectors connectors) {
		this.connectors = connectors;
	}

	/**
	 * Announce an adoption, which counts from now on as something that is held.
	 * @return whether connections can still be adopted; if so, {@link #done()} must
	 * follow
	 */
	synchronized boolean begin() {
		if (!this.closed) {
			this.pending++;
		}
		return !this.closed;
	}

	synchronized void done() {
		this.pending--;
	}

	/**
	 * Adopt nothing more if nothing is held and no adoption is under way.
	 * @param nothingHeld whether nothing is held
	 * @return whether that is so
	 */
	synchronized boolean closeIf(BooleanSupplier nothingHeld) {
		if (this.pending == 0 && nothingHeld.getAsBoolean()) {
			this.closed = true;
		}
		return this.closed;
	}

	synchronized void close() {
		this.closed = true;
	}

	/**
	 * This process serves again.
	 */
	synchronized void reopen() {
		this.closed = false;
	}

	Frame.Answered adopt(Frame.Connections offered) {
		HandoffConnector connector = find(offered.connector());
		if (connector == null) {
			return giveBack(offered);
		}
		Map<IdleConnection, IOException> refusals = adopt(connector, offered);
		refusals.values().forEach((refusal) -> logger.debug("A connection goes back to the predecessor", refusal));
		List<Long> adopted = new ArrayList<>();
		List<Long> returned = new ArrayList<>();
		for (MovingConnection moving : offered.connections()) {
			(refusals.containsKey(moving.connection()) ? returned : adopted).add(moving.id());
		}
		if (!adopted.isEmpty() && !offered.warmUp()) {
			this.adopted.merge(offered.connector(), (long) adopted.size(), Long::sum);
		}
		return new Frame.Answered(adopted, returned);
	}

	private static Map<IdleConnection, IOException> adopt(HandoffConnector connector, Frame.Connections offered) {
		List<IdleConnection> connections = offered.connections().stream().map(MovingConnection::connection).toList();
		return offered.warmUp()
				? Refusals.of(connections, (connection) -> connector.adoptForWarmUp(connection.descriptor()))
				: connector.adopt(connections);
	}

	/**
	 * How many connections were taken over so far, by connector.
	 */
	Map<String, Long> adopted() {
		return Map.copyOf(this.adopted);
	}

	/**
	 * Answer for connections that are not adopted.
	 */
	Frame.Answered giveBack(Frame.Connections offered) {
		offered.connections().forEach((moving) -> moving.connection().descriptor().close());
		return new Frame.Answered(List.of(), offered.connections().stream().map(MovingConnection::id).toList());
	}

	private @Nullable HandoffConnector find(String name) {
		return this.connectors.all()
			.stream()
			.filter((connector) -> connector.name().equals(name) && connector.canTransfer())
			.findFirst()
			.orElse(null);
	}

}
