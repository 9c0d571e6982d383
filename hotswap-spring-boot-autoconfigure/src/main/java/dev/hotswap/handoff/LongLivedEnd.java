package dev.hotswap.handoff;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;

import dev.hotswap.web.HandoffConnector;
import dev.hotswap.web.HandoffConnectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Ends what would go on for good. Event streams and WebSocket sessions end evenly over a
 * time, so that their clients do not all connect to the successor at once; what begins
 * later than that is ended when it is seen. Connections of other protocols than HTTP/1.1,
 * which cannot move, are told of their end as they come to rest. Not thread-safe.
 */
final class LongLivedEnd {

	/** Counting goes through all connections. */
	private static final long INTERVAL = Duration.ofMillis(50).toNanos();

	private static final Log logger = LogFactory.getLog(LongLivedEnd.class);

	private final HandoffConnectors connectors;

	private final long start;

	private long spread;

	private long next;

	private int ended;

	private final Set<HandoffConnector> failing = new HashSet<>();

	/**
	 * Plan the end.
	 * @param connectors whose exchanges to end
	 * @param start when the first one ends, in {@link System#nanoTime()}
	 * @param spread after which time the last one has ended
	 */
	LongLivedEnd(HandoffConnectors connectors, long start, Duration spread) {
		this.connectors = connectors;
		this.start = start;
		this.spread = spread.toNanos();
		this.next = start;
	}

	/**
	 * Have the last one end at a time at the latest.
	 * @param deadline the time in {@link System#nanoTime()}
	 */
	void endBy(long deadline) {
		this.spread = Math.min(this.spread, Math.max(0, deadline - this.start));
	}

	/**
	 * End as many as should have ended by now, and tell those who rest.
	 * @param now the time in {@link System#nanoTime()}
	 */
	void look(long now) {
		if (now - this.next < 0) {
			return;
		}
		this.next = now + INTERVAL;
		List<HandoffConnector> connectors = this.connectors.all();
		connectors.forEach((connector) -> ask(connector, (each) -> {
			each.announceEndOfUpgraded();
			return 0;
		}));
		int open = connectors.stream().mapToInt((connector) -> ask(connector, HandoffConnector::longLived)).sum();
		if (open == 0) {
			return;
		}
		double part = (this.spread > 0) ? Math.min(1, (double) (now - this.start) / this.spread) : 1;
		int due = (int) Math.ceil(part * (this.ended + open)) - this.ended;
		for (HandoffConnector connector : connectors) {
			int max = due;
			int ended = (max > 0) ? ask(connector, (each) -> each.endLongLived(max)) : 0;
			due -= ended;
			this.ended += ended;
		}
	}

	/** A connector that fails spoils it for no other; its deadline comes. */
	private int ask(HandoffConnector connector, ToIntFunction<HandoffConnector> question) {
		try {
			return question.applyAsInt(connector);
		}
		catch (RuntimeException | LinkageError ex) {
			if (this.failing.add(connector)) {
				logger.warn("Connector '" + connector.name()
						+ "' failed to end event streams and WebSocket sessions; it is asked again", ex);
			}
			return 0;
		}
	}

	/**
	 * How many were ended.
	 * @return the number
	 */
	int ended() {
		return this.ended;
	}

}
