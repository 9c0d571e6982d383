package dev.hotswap.handoff;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import dev.hotswap.control.ByeReason;
import dev.hotswap.control.ControlClient;
import dev.hotswap.control.ControlConnection;
import dev.hotswap.control.ControlPath;
import dev.hotswap.process.ProcessId;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * How an older generation finds the process that is active now, when its successor has
 * handed over, too, or is dead. Runs on worker threads.
 */
final class Rejoining {

	private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

	/** Nothing tells when somebody takes the control path. */
	private static final Duration INTERVAL = Duration.ofMillis(250);

	private static final Log logger = LogFactory.getLog(Rejoining.class);

	private final ControlPath path;

	private final ControlLinks links;

	private final Consumer<Event> events;

	Rejoining(ControlPath path, ControlLinks links, Consumer<Event> events) {
		this.path = path;
		this.links = links;
		this.events = events;
	}

	/**
	 * Find it.
	 * @param formerLink the link that is of no more use
	 * @param isOver whether there is nothing left to do there
	 */
	void rejoin(int formerLink, BooleanSupplier isOver) {
		this.links.end(formerLink, ByeReason.RELEASED, null, "another process is active");
		while (!isOver.getAsBoolean()) {
			try {
				ControlConnection connection = ControlClient.connect(this.path, CONNECT_TIMEOUT, this.links);
				ProcessId process = ProcessId.find(connection.peer().pid()).orElse(null);
				if (process != null) {
					ControlLinks.Link link = this.links.link(connection, process);
					this.events.accept(new Event.Rejoined(link.number(), process));
					if (!connection.isOpen()) {
						this.events.accept(new Event.LinkEnded(link.number(), null));
					}
					return;
				}
				connection.close();
			}
			catch (IOException ex) {
				logger.debug("Nobody is active on " + this.path.socket() + " yet", ex);
			}
			LockSupport.parkNanos(INTERVAL.toNanos());
		}
	}

}
