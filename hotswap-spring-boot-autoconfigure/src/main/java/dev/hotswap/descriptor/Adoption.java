package dev.hotswap.descriptor;

import java.io.IOException;

/**
 * How somebody makes a thing of their own of a descriptor.
 *
 * @param <T> the thing, such as a server's channel
 */
@FunctionalInterface
public interface Adoption<T> {

	/**
	 * Make a thing of a descriptor.
	 * @param descriptor the descriptor, which the thing owns from now on; closed if this
	 * fails
	 * @return the thing
	 * @throws IOException if this cannot be done
	 */
	T adopt(Descriptor descriptor) throws IOException;

}
