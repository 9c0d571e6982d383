package dev.hotswap.web;

import java.io.IOException;
import java.net.InetSocketAddress;

import dev.hotswap.descriptor.Adoption;
import org.jspecify.annotations.Nullable;

/**
 * Where a connector asks for its listener before it binds one of its own.
 */
@FunctionalInterface
public interface ListenerSource {

	/**
	 * Claim the listener that belongs to an address. Called on the thread that starts the
	 * web server.
	 * @param name the connector's name
	 * @param address the address that the connector is configured with; a port of 0 asks
	 * for the listener of the same name
	 * @param scheme {@code http} or {@code https}
	 * @param adoption makes the server's channel of the listener's descriptor; called at
	 * most once
	 * @param <L> the server's channel
	 * @return the channel, which the caller owns from now on, or {@code null} when nobody
	 * offers this address and the connector is to bind it
	 * @throws IOException if the offered listener cannot be adopted, or is offered with
	 * another scheme
	 */
	<L> @Nullable L claim(String name, InetSocketAddress address, String scheme, Adoption<L> adoption)
			throws IOException;

}
