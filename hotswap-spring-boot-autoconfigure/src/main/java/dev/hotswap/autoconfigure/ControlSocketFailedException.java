package dev.hotswap.autoconfigure;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Thrown when the control socket cannot be used.
 */
@SuppressWarnings("serial")
final class ControlSocketFailedException extends RuntimeException {

	ControlSocketFailedException(Path socket, IOException cause) {
		super("The control socket " + socket + " cannot be used: " + cause.getMessage(), cause);
	}

}
