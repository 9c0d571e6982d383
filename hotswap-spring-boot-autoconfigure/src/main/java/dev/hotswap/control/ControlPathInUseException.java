package dev.hotswap.control;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A live process owns the control path.
 */
public class ControlPathInUseException extends IOException {

	private static final long serialVersionUID = 1L;

	/** The process that owns the path. */
	private final long pid;

	/**
	 * Create an exception.
	 * @param path the control socket's path
	 * @param pid the owner's process id, or 0 if it is not known
	 */
	public ControlPathInUseException(Path path, long pid) {
		super("The control socket " + path + " belongs to "
				+ ((pid != 0) ? "the running process " + pid : "a running process") + "; stop that one, or set"
				+ " hotswap.instance or hotswap.control.socket to tell the two apart");
		this.pid = pid;
	}

	/**
	 * The owner's process id.
	 * @return the id, or 0 if it is not known
	 */
	public long pid() {
		return this.pid;
	}

}
