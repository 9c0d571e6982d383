package dev.hotswap.descriptor;

import java.io.FileDescriptor;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.newsclub.net.unix.AFUNIXDatagramSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/**
 * Sends messages to Unix datagram sockets, which the JDK does not know; see unix(7).
 * Stateless and thread-safe.
 */
public final class UnixDatagram {

	private static final char ABSTRACT = '@';

	private UnixDatagram() {
	}

	/**
	 * Send one message from an unnamed socket of its own, so that it does not matter
	 * whether the receiver has been replaced since the last one. When this returns, the
	 * message is in the receiver's queue, before any that is sent later by whatever
	 * process.
	 * @param address the receiver: an absolute path, or {@code @} and a name in the
	 * abstract namespace
	 * @param message the message, not empty
	 * @param descriptors what goes along ({@code SCM_RIGHTS}); they stay open and are not
	 * owned
	 * @param timeout how long to wait for a place in the receiver's queue
	 * @throws IOException if there is no such receiver, it may not be reached, or its
	 * queue stays full
	 */
	public static void send(String address, byte[] message, List<Descriptor> descriptors, Duration timeout)
			throws IOException {
		try (AFUNIXDatagramSocket socket = AFUNIXDatagramSocket.newInstance()) {
			// SO_SNDTIMEO bounds the wait for a full queue, see socket(7)
			socket.setSoTimeout((int) Math.max(1, Math.min(timeout.toMillis(), Integer.MAX_VALUE)));
			socket.connect(parse(address));
			if (!descriptors.isEmpty()) {
				socket.setOutboundFileDescriptors(
						descriptors.stream().map(Descriptor::fileDescriptor).toArray(FileDescriptor[]::new));
			}
			// The socket's own send() returns as if nothing had happened after that time
			if (socket.getChannel().write(ByteBuffer.wrap(message)) == 0) {
				throw new SocketTimeoutException("Its queue has been full for " + timeout.toMillis() + " ms");
			}
		}
	}

	private static AFUNIXSocketAddress parse(String address) throws IOException {
		if (!address.isEmpty() && address.charAt(0) == ABSTRACT) {
			// The name as the kernel has it: a zero byte in place of the '@'
			byte[] name = address.getBytes(StandardCharsets.UTF_8);
			name[0] = 0;
			return AFUNIXSocketAddress.of(name);
		}
		return AFUNIXSocketAddress.of(Path.of(address));
	}

}
