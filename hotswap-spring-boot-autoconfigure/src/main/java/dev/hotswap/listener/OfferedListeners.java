package dev.hotswap.listener;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

import dev.hotswap.descriptor.Adoption;
import org.jspecify.annotations.Nullable;

/**
 * The listeners that a predecessor has offered, until connectors claim them. Owns the
 * descriptors of those that nobody has claimed. Thread-safe.
 */
public final class OfferedListeners implements AutoCloseable {

	private final List<Listener> unclaimed;

	private @Nullable IOException failure;

	/**
	 * Take over what was offered.
	 * @param listeners the listeners; their descriptors belong to this object from now on
	 */
	public OfferedListeners(List<Listener> listeners) {
		this.unclaimed = new ArrayList<>(listeners);
	}

	/**
	 * Claim the listener that belongs to an address.
	 * @param name the connector's name
	 * @param address the configured address; a port of 0 asks for the listener of that
	 * name
	 * @param scheme the connector's scheme
	 * @param adoption makes the connector's channel of the descriptor
	 * @param <L> the connector's channel
	 * @return the channel, owned by the caller, or {@code null} when it is not offered
	 * @throws SchemeMismatchException if it is offered with another scheme
	 * @throws IOException if the descriptor cannot be adopted
	 */
	public synchronized <L> @Nullable L claim(String name, InetSocketAddress address, String scheme,
			Adoption<L> adoption) throws IOException {
		for (Iterator<Listener> iterator = this.unclaimed.iterator(); iterator.hasNext();) {
			Listener listener = iterator.next();
			if (listener.answersTo(name, address)) {
				if (!listener.scheme().equals(scheme)) {
					this.failure = new SchemeMismatchException(listener, scheme);
					throw this.failure;
				}
				iterator.remove();
				try {
					return adoption.adopt(listener.descriptor());
				}
				catch (IOException ex) {
					this.failure = ex;
					throw ex;
				}
			}
		}
		return null;
	}

	/**
	 * Why a claim failed; web servers report it as just another failure to bind.
	 * @return a {@link SchemeMismatchException}, or why a listener could not be adopted,
	 * or {@code null}
	 */
	public synchronized @Nullable IOException failure() {
		return this.failure;
	}

	/**
	 * The listeners that no connector has claimed.
	 * @return a copy; the descriptors stay owned by this object
	 */
	public synchronized List<Listener> unclaimed() {
		return List.copyOf(this.unclaimed);
	}

	/**
	 * Close what nobody has claimed.
	 */
	@Override
	public synchronized void close() {
		this.unclaimed.forEach((listener) -> listener.descriptor().close());
		this.unclaimed.clear();
	}

}
