package dev.hotswap.listener;

import java.net.InetSocketAddress;

import dev.hotswap.descriptor.Descriptor;

/**
 * A bound listening socket with its descriptor, on its way from one process to the next.
 *
 * @param name the connector's name
 * @param address the local address
 * @param scheme {@code http} or {@code https}
 * @param descriptor the descriptor; whoever holds the listener owns it
 */
public record Listener(String name, InetSocketAddress address, String scheme, Descriptor descriptor) {

	/**
	 * Whether a connector that is configured with an address means this listener.
	 */
	boolean answersTo(String name, InetSocketAddress wanted) {
		if (wanted.getPort() == 0) {
			return this.name.equals(name);
		}
		return isSameAddress(this.address, wanted);
	}

	/**
	 * Whether two resolved addresses mean the same listening socket. All wildcard
	 * addresses are one, since a dual-stack socket reports the IPv6 form.
	 * @param one an address
	 * @param other another
	 * @return {@code true} if ports and hosts are the same
	 */
	public static boolean isSameAddress(InetSocketAddress one, InetSocketAddress other) {
		boolean sameHost = one.getAddress().equals(other.getAddress())
				|| (one.getAddress().isAnyLocalAddress() && other.getAddress().isAnyLocalAddress());
		return sameHost && one.getPort() == other.getPort();
	}

	@Override
	public String toString() {
		return this.name + " " + this.scheme + "://" + this.address.getAddress().getHostAddress() + ":"
				+ this.address.getPort();
	}

}
