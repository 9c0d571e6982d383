package dev.hotswap.handoff;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

import dev.hotswap.FailureCode;
import dev.hotswap.control.ControlClient;
import dev.hotswap.control.ControlConnection;
import dev.hotswap.control.ControlPath;
import dev.hotswap.control.NoInstanceException;
import dev.hotswap.process.ProcessId;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Finds the process to succeed: the one that launched this one, or the one that serves
 * this address when it is to be taken over. Runs on the main thread.
 */
final class PredecessorSearch {

	private static final Duration RETRY_INTERVAL = Duration.ofMillis(50);

	private static final Log logger = LogFactory.getLog(PredecessorSearch.class);

	private final HandoffSettings settings;

	private final ControlLinks links;

	private @Nullable String handoffId;

	PredecessorSearch(HandoffSettings settings, ControlLinks links) {
		this.settings = settings;
		this.links = links;
	}

	/**
	 * The handoff that launched this process.
	 */
	@Nullable String handoffId() {
		return this.handoffId;
	}

	ControlLinks.@Nullable Link find(@Nullable LaunchMarker marker) throws HandoffFailedException, IOException {
		if (marker != null) {
			return findLauncher(marker);
		}
		return this.settings.takeover() ? findInstance() : null;
	}

	private ControlLinks.@Nullable Link findLauncher(LaunchMarker marker) throws HandoffFailedException, IOException {
		this.handoffId = marker.handoffId();
		long deadline = System.nanoTime() + HandoffMachine.HELLO_TIMEOUT.toNanos();
		while (true) {
			try {
				return connect(marker.controlSocket());
			}
			catch (NoInstanceException ex) {
				if (marker.predecessor().isDead()) {
					logger.warn("The predecessor (pid " + marker.predecessor().pid() + ") died before handoff "
							+ marker.handoffId() + " got anywhere; starting as a process that succeeds nobody");
					return null;
				}
				if (System.nanoTime() - deadline > 0) {
					throw new HandoffFailedException(FailureCode.PREDECESSOR_UNREACHABLE,
							"The predecessor (pid " + marker.predecessor().pid()
									+ ") lives, but nobody answers on its control socket " + marker.controlSocket()
									+ ". It serves on; see whether the socket file was deleted.");
				}
				// It lives and its socket is gone: nothing tells when it is back
				LockSupport.parkNanos(RETRY_INTERVAL.toNanos());
			}
		}
	}

	private ControlLinks.@Nullable Link findInstance() throws HandoffFailedException, IOException {
		try {
			return connect(this.settings.controlSocket());
		}
		catch (NoInstanceException ex) {
			logger.info("Nobody answers on " + this.settings.controlSocket()
					+ ", so there is no instance to take over: starting as usual");
			return null;
		}
	}

	private ControlLinks.@Nullable Link connect(Path socket) throws HandoffFailedException, IOException {
		ControlConnection connection = ControlClient.connect(new ControlPath(socket), HandoffMachine.HELLO_TIMEOUT,
				this.links);
		ProcessId process = ProcessId.find(connection.peer().pid()).orElse(null);
		if (process == null) {
			connection.close();
			throw new NoInstanceException(socket);
		}
		return this.links.link(connection, process);
	}

}
