package dev.hotswap.control;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Nobody answers on the control path, and nobody is about to.
 */
public class NoInstanceException extends IOException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create an exception.
	 * @param path the control socket's path
	 */
	public NoInstanceException(Path path) {
		super("No running instance answers on the control socket " + path);
	}

}
