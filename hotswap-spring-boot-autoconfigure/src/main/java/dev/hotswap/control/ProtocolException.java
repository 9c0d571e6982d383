package dev.hotswap.control;

import java.io.IOException;

/**
 * The peer did not keep to the control protocol. It ends the connection, never the
 * service.
 */
public class ProtocolException extends IOException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create an exception.
	 * @param message what is wrong, as the peer is told
	 */
	public ProtocolException(String message) {
		super(message);
	}

}
