package dev.hotswap.handoff;

import java.io.IOException;
import java.time.Duration;

import dev.hotswap.control.ControlHandler;
import dev.hotswap.control.ControlPath;
import dev.hotswap.control.ControlServer;
import org.jspecify.annotations.Nullable;

/**
 * This process's claim to the control path. Only one process owns it at a time; it passes
 * to the successor at CUTOVER. Thread-safe.
 */
final class ControlPathOwner {

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

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
