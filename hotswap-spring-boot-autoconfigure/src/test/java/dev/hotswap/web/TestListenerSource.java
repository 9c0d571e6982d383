package dev.hotswap.web;

import java.io.IOException;
import java.net.InetSocketAddress;

import dev.hotswap.descriptor.Adoption;
import dev.hotswap.descriptor.Descriptor;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ListenerSource} that a lambda can implement.
 *
 * @param offer what it offers
 */
public record TestListenerSource(Offer offer) implements ListenerSource {

	public static final TestListenerSource NONE = new TestListenerSource((name, address, scheme) -> null);

	@Override
	public <L> @Nullable L claim(String name, InetSocketAddress address, String scheme, Adoption<L> adoption)
			throws IOException {
		Descriptor descriptor = this.offer.claim(name, address, scheme);
		return (descriptor != null) ? adoption.adopt(descriptor) : null;
	}

	@FunctionalInterface
	public interface Offer {

		@Nullable Descriptor claim(String name, InetSocketAddress address, String scheme) throws IOException;

	}

}
