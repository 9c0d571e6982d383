package dev.hotswap.warmup;

import java.io.IOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import dev.hotswap.web.HandoffConnector;

/**
 * The connections that a worker keeps, one for each connector and host, as a client of
 * that host would; and what cookies it has been given over them. For one thread at a
 * time.
 */
final class LoopbackConnections implements AutoCloseable {

	/** Whoever sends requests that are recorded chooses their hosts. */
	private static final int MAX_KEPT = 8;

	private final String mark;

	private final Map<Origin, LoopbackConnection> kept = new LinkedHashMap<>();

	private final Map<Origin, Cookies> cookies = new HashMap<>();

	/**
	 * Create without any connection.
	 * @param mark the value of the warm-up's header
	 */
	LoopbackConnections(String mark) {
		this.mark = mark;
	}

	/**
	 * Take the connection for a request, a new one if need be.
	 * @param connector the connector to send it to
	 * @param request the request
	 * @return the connection, to be closed or given back
	 * @throws IOException if there can be none
	 */
	LoopbackConnection take(HandoffConnector connector, WarmUpRequest request) throws IOException {
		Origin origin = Origin.of(connector, request);
		LoopbackConnection connection = this.kept.remove(origin);
		return (connection != null) ? connection : LoopbackConnection.open(connector, request.host(), this.mark,
				this.cookies.computeIfAbsent(origin, (key) -> new Cookies()));
	}

	/**
	 * Give a connection back that can be used again.
	 * @param connector its connector
	 * @param request the last request
	 * @param connection the connection
	 */
	void keep(HandoffConnector connector, WarmUpRequest request, LoopbackConnection connection) {
		if (this.kept.size() == MAX_KEPT) {
			Iterator<LoopbackConnection> oldest = this.kept.values().iterator();
			oldest.next().close();
			oldest.remove();
		}
		this.kept.put(Origin.of(connector, request), connection);
	}

	/**
	 * Close the connections. There may be new ones later, which return the cookies of
	 * these.
	 */
	@Override
	public void close() {
		this.kept.values().forEach(LoopbackConnection::close);
		this.kept.clear();
	}

	/**
	 * Whom a client thinks to speak to.
	 *
	 * @param connector the connector
	 * @param host the name, in lower case, and port of the host
	 */
	private record Origin(HandoffConnector connector, String host) {

		static Origin of(HandoffConnector connector, WarmUpRequest request) {
			return new Origin(connector, request.host().toLowerCase(Locale.ROOT));
		}

	}

}
