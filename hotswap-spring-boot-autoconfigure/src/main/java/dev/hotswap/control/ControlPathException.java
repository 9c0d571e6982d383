package dev.hotswap.control;

import java.io.IOException;

/**
 * The control path cannot be used. The message says what is wrong and what to do.
 */
public class ControlPathException extends IOException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create an exception.
	 * @param message what is wrong and what to do
	 */
	public ControlPathException(String message) {
		super(message);
	}

}
