package dev.hotswap.autoconfigure;

import java.nio.file.Path;

import dev.hotswap.control.ControlPathInUseException;

/**
 * Thrown when another process already serves the address that this one is started for.
 */
@SuppressWarnings("serial")
final class InstanceRunningException extends RuntimeException {

	InstanceRunningException(Path socket, ControlPathInUseException cause) {
		super("Another process owns the control socket " + socket + ": " + cause.getMessage(), cause);
	}

}
