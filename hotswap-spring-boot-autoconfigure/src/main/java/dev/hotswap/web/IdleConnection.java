package dev.hotswap.web;

import java.util.Objects;

import dev.hotswap.descriptor.Descriptor;

/**
 * A connection between two requests that a connector has given up. Whoever holds it owns
 * the descriptor.
 *
 * @param descriptor the connection's descriptor
 * @param kept whether the connection has served a request before
 */
public record IdleConnection(Descriptor descriptor, boolean kept) {

	/**
	 * Create a connection.
	 * @param descriptor the connection's descriptor
	 * @param kept whether the connection has served a request before
	 */
	public IdleConnection {
		Objects.requireNonNull(descriptor, "descriptor");
	}

}
