package dev.hotswap.descriptor;

import java.io.FileDescriptor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * JDK channels to and from descriptors. Adoption, and the export of connections, need the
 * package {@code sun.nio.ch} of {@code java.base} to be open to this class's module.
 * Stateless and thread-safe.
 */
public final class ChannelDescriptors {

	private static final @Nullable ChannelInternals INTERNALS = ChannelInternals.find();

	/** See socket(7) and {@code asm-generic/socket.h}; Linux 5.1 and later. */
	private static final int SO_BINDTOIFINDEX = 62;

	private static final int SOL_SOCKET = 1;

	private static final int NO_INTERFACE = Integer.MAX_VALUE;

	private static final String HOW_TO_OPEN = "start this process with"
			+ " --add-opens=java.base/sun.nio.ch=ALL-UNNAMED, or put 'Add-Opens: java.base/sun.nio.ch'"
			+ " into the manifest of its executable jar";

	private ChannelDescriptors() {
	}

	/**
	 * Whether this process can adopt descriptors into JDK channels.
	 * @return {@code true} if {@code sun.nio.ch} is open and has the known members
	 */
	public static boolean isAdoptionAvailable() {
		return INTERNALS != null;
	}

	/**
	 * Duplicate a listener's descriptor. Where {@code sun.nio.ch} is not open the
	 * descriptor is found through procfs.
	 * @param channel a bound channel, which stays open
	 * @return the duplicate, which the caller owns
	 * @throws ClosedChannelException if the channel is or gets closed
	 * @throws IOException if the descriptor cannot be found or duplicated
	 */
	public static Descriptor export(ServerSocketChannel channel) throws IOException {
		return (INTERNALS != null) ? export(INTERNALS, channel) : exportThroughProcfs(channel);
	}

	/**
	 * Duplicate a connection's descriptor.
	 * @param channel a connected channel, which stays open
	 * @return the duplicate, which the caller owns
	 * @throws ClosedChannelException if the channel is or gets closed
	 * @throws IOException if {@code sun.nio.ch} is not open, or the descriptor cannot be
	 * duplicated
	 */
	public static Descriptor export(SocketChannel channel) throws IOException {
		return export(internals("export a connection"), channel);
	}

	/**
	 * Make a JDK channel of a listening socket's descriptor. The channel is non-blocking:
	 * {@code O_NONBLOCK} belongs to the open file description, so that the process that
	 * the listener came from sees the change, and its accept loop must never find the
	 * description blocking.
	 * @param descriptor the descriptor, which the channel owns from now on; closed if
	 * this fails
	 * @return the channel, which reports the socket's local address
	 * @throws IOException if {@code sun.nio.ch} is not open, or the descriptor is no
	 * listening TCP socket's
	 */
	public static ServerSocketChannel adoptServer(Descriptor descriptor) throws IOException {
		return adopt(descriptor, "adopt a listener", (internals, fd) -> internals.serverChannel(fd));
	}

	/**
	 * Make a JDK channel of a connection's descriptor. The channel is non-blocking, see
	 * {@link #adoptServer}.
	 * @param descriptor the descriptor, which the channel owns from now on; closed if
	 * this fails
	 * @return the channel, connected, which reports the connection's addresses
	 * @throws IOException if {@code sun.nio.ch} is not open, or the descriptor is no TCP
	 * connection's
	 */
	public static SocketChannel adoptSocket(Descriptor descriptor) throws IOException {
		return adopt(descriptor, "adopt a connection",
				(internals, fd) -> internals.socketChannel(fd, internals.remoteAddress(fd)));
	}

	/**
	 * Have the kernel refuse connects to a listener from now on, in all processes that
	 * share it and for good, while those that wait in its accept queue, or have begun
	 * their handshake, can still be accepted. Closing the listener instead resets them
	 * (the kernel's {@code inet_csk_listen_stop}). Binds it to an interface that does not
	 * exist: the kernel then finds no listener for a new connect, and needs none for one
	 * that it knows already.
	 * @param channel a listening channel
	 * @return whether connects are refused; {@code false} where {@code sun.nio.ch} is not
	 * open, the kernel is older than 5.1, or the listener is bound to an interface and
	 * this process may not change that
	 * @throws ClosedChannelException if the channel is closed
	 */
	public static boolean refuseConnects(ServerSocketChannel channel) throws ClosedChannelException {
		if (!channel.isOpen()) {
			throw new ClosedChannelException();
		}
		if (INTERNALS == null) {
			return false;
		}
		try {
			INTERNALS.setIntOption(INTERNALS.fileDescriptor(channel), SOL_SOCKET, SO_BINDTOIFINDEX, NO_INTERFACE);
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	static Descriptor exportThroughProcfs(ServerSocketChannel channel) throws IOException {
		if (!(channel.getLocalAddress() instanceof InetSocketAddress address)) {
			throw new IOException("The channel is not bound to a TCP port");
		}
		ListeningSocket socket = find(address);
		Descriptor duplicate = Descriptor.duplicateOf(socket.number());
		// Between finding the number and duplicating it the channel may have been closed
		// and the number given to another file
		if (ListeningSockets.socketInode(duplicate.number()) != socket.inode()) {
			duplicate.close();
			throw new ClosedChannelException();
		}
		return duplicate;
	}

	private static ListeningSocket find(InetSocketAddress address) throws IOException {
		List<ListeningSocket> candidates = ListeningSockets.ofThisProcess()
			.stream()
			.filter((socket) -> socket.address().equals(address))
			.toList();
		if (candidates.isEmpty() && address.getAddress().isAnyLocalAddress()) {
			// The JDK shows the wildcard of one family as that of the other at times
			candidates = ListeningSockets.ofThisProcess()
				.stream()
				.filter((socket) -> socket.address().getPort() == address.getPort()
						&& socket.address().getAddress().isAnyLocalAddress())
				.toList();
		}
		if (candidates.size() != 1) {
			throw new IOException("This process has " + candidates.size() + " listening sockets on " + address
					+ " according to /proc/self/net/tcp and tcp6, so that the one to hand over is not known; "
					+ HOW_TO_OPEN);
		}
		return candidates.get(0);
	}

	/**
	 * Set {@code O_NONBLOCK} where {@code sun.nio.ch} is open.
	 * @return whether it was set
	 */
	static boolean setNonBlocking(FileDescriptor fd) throws IOException {
		return INTERNALS != null && INTERNALS.setNonBlocking(fd);
	}

	private static Descriptor export(ChannelInternals internals, Channel channel) throws IOException {
		if (!channel.isOpen()) {
			throw new ClosedChannelException();
		}
		Descriptor duplicate = Descriptor.duplicateOf(internals.fileDescriptor(channel));
		// The JDK does not clear a closed channel's number: the duplicate could be of
		// another file by now
		if (!channel.isOpen()) {
			duplicate.close();
			throw new ClosedChannelException();
		}
		return duplicate;
	}

	private static <C extends AbstractSelectableChannel> C adopt(Descriptor descriptor, String purpose,
			Construction<C> construction) throws IOException {
		try (descriptor) {
			C channel = construction.construct(internals(purpose), descriptor.fileDescriptor());
			descriptor.release();
			try {
				channel.configureBlocking(false);
				return channel;
			}
			catch (IOException ex) {
				channel.close();
				throw ex;
			}
		}
	}

	private static ChannelInternals internals(String purpose) throws IOException {
		if (INTERNALS == null) {
			throw new IOException("Cannot " + purpose + " because the package sun.nio.ch is not open; " + HOW_TO_OPEN);
		}
		return INTERNALS;
	}

	private interface Construction<C> {

		C construct(ChannelInternals internals, FileDescriptor fd) throws IOException;

	}

}
