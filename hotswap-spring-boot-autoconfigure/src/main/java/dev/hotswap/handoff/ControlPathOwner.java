package dev.hotswap.handoff;

import java.io.IOException;
import java.time.Duration;

import dev.hotswap.control.ControlHandler;
import dev.hotswap.control.ControlPath;
import dev.hotswap.control.ControlServer;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * This process's claim to the control path. Only one process owns it at a time; it passes
 * to the successor at CUTOVER. Thread-safe.
 */
final class ControlPathOwner {

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	private static final Log logger = LogFactory.getLog(ControlPathOwner.class);

	private final ControlPath path;

	private final ControlHandler handler;

	private @Nullable ControlServer server;

	ControlPathOwner(ControlPath path, ControlHandler handler) {
		this.path = path;
		this.handler = handler;
	}

	/**
	 * Own the path if nobody alive does.
	 */
	synchronized void claim() throws IOException {
		this.server = ControlServer.bind(this.path, ControlServer.Claim.IF_FREE, TIMEOUT, this.handler);
	}

	/**
	 * Make sure that a successor can find this process: own the path again where its file
	 * or folder was deleted, as programs that tidy up temporary folders do.
	 * @return {@code null}, or what stands in the way
	 */
	synchronized @Nullable String makeReachable() {
		ControlServer former = this.server;
		if (former != null && former.isOwner()) {
			return null;
		}
		try {
			claim();
		}
		catch (IOException ex) {
			return "No successor could find this process, since it has lost its control socket " + this.path.socket()
					+ " and cannot bind it again: " + ex.getMessage();
		}
		logger.warn("The control socket " + this.path.socket() + " was gone and is bound again; "
				+ "keep programs that tidy up from deleting it, or set hotswap.control.socket");
		if (former != null) {
			former.close();
		}
		return null;
	}

	/**
	 * Own the path, whoever owns it now: only for a successor that was told CUTOVER, and
	 * a predecessor that has fenced it.
	 */
	synchronized void take() throws IOException {
		if (this.server != null && this.server.isOwner()) {
			return;
		}
		ControlServer former = this.server;
		this.server = ControlServer.bind(this.path, ControlServer.Claim.REPLACE, TIMEOUT, this.handler);
		if (former != null) {
			former.close();
		}
	}

	synchronized void close() {
		if (this.server != null) {
			this.server.close();
			this.server = null;
		}
	}

}
