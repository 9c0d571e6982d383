package dev.hotswap.listener;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

import dev.hotswap.descriptor.ChannelDescriptors;
import org.jspecify.annotations.Nullable;

/**
 * The listeners that a predecessor has offered, until connectors claim them. Owns the
 * descriptors of those that nobody has claimed. Thread-safe.
 */
public final class OfferedListeners implements AutoCloseable {

	private final List<Listener> unclaimed;

	private @Nullable SchemeMismatchException mismatch;

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
	 * @return the adopted channel, owned by the caller, or {@code null} when it is not
	 * offered
	 * @throws SchemeMismatchException if it is offered with another scheme
	 * @throws IOException if the descriptor cannot be adopted
	 */
	public synchronized @Nullable ServerSocketChannel claim(String name, InetSocketAddress address, String scheme)
			throws IOException {
		for (Iterator<Listener> iterator = this.unclaimed.iterator(); iterator.hasNext();) {
			Listener listener = iterator.next();
			if (listener.answersTo(name, address)) {
				if (!listener.scheme().equals(scheme)) {
					this.mismatch = new SchemeMismatchException(listener, scheme);
					throw this.mismatch;
				}
				iterator.remove();
				return ChannelDescriptors.adoptServer(listener.descriptor());
			}
		}
		return null;
	}

	/**
	 * The mismatch that a claim ran into; web servers report it as just another failure
	 * to bind.
	 * @return the mismatch, or {@code null}
	 */
	public synchronized @Nullable SchemeMismatchException mismatch() {
		return this.mismatch;
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
