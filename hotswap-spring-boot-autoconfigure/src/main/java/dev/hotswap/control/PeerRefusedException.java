package dev.hotswap.control;

import java.io.IOException;

/**
 * The process on the other side is not one to deal with: it runs as another user, or in
 * another PID namespace.
 */
public class PeerRefusedException extends IOException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create an exception.
	 * @param message what is wrong with the peer
	 */
	public PeerRefusedException(String message) {
		super(message);
	}

}
