package dev.hotswap.descriptor;

import java.io.FileDescriptor;
import java.io.IOException;

import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.FileDescriptorCast;

/**
 * A second handle on a Unix socket, with a descriptor of its own. junixsocket closes a
 * socket's descriptor by itself when writing or accepting fails, while another thread may
 * be about to use the number, or blocked on the socket and in need of being woken; a
 * handle stays valid until it is closed. Thread-safe, but only one thread may write.
 */
public final class UnixSocketHandle implements AutoCloseable {

	private final Descriptor descriptor;

	private final AFUNIXSocket socket;

	private UnixSocketHandle(Descriptor descriptor, AFUNIXSocket socket) {
		this.descriptor = descriptor;
		this.socket = socket;
	}

	/**
	 * Make a handle.
	 * @param fd the file descriptor of a Unix stream socket, connected or listening
	 * @return the handle, which the caller owns
	 * @throws IOException if the descriptor cannot be duplicated
	 */
	public static UnixSocketHandle of(FileDescriptor fd) throws IOException {
		Descriptor descriptor = Descriptor.duplicateOf(fd);
		try {
			// Such a socket does not close the file descriptor that it was made of
			return new UnixSocketHandle(descriptor,
					FileDescriptorCast.using(descriptor.fileDescriptor()).as(AFUNIXSocket.class));
		}
		catch (IOException | RuntimeException ex) {
			descriptor.close();
			throw ex;
		}
	}

	/**
	 * The socket of this handle, on loan.
	 * @return the socket, which nobody closes
	 */
	public AFUNIXSocket socket() {
		return this.socket;
	}

	/**
	 * Say that nothing more will be written: {@code shutdown(2)} with {@code SHUT_WR}. It
	 * acts on all handles of the socket. Does nothing after {@link #close()}, or when the
	 * peer is gone.
	 */
	public synchronized void shutdownOutput() {
		if (!this.descriptor.isClosed()) {
			try {
				this.socket.getChannel().shutdownOutput();
			}
			catch (IOException ex) {
				// ENOTCONN: there is nothing left to be shut down
			}
		}
	}

	/**
	 * End both directions. It wakes every thread that reads, writes or accepts on any
	 * handle of the socket. Does nothing after {@link #close()}.
	 */
	public synchronized void shutdown() {
		if (!this.descriptor.isClosed()) {
			try {
				this.socket.getChannel().shutdownInput();
			}
			catch (IOException ex) {
				// ENOTCONN: there is nothing left to be shut down
			}
			shutdownOutput();
		}
	}

	/**
	 * Close the handle's own descriptor.
	 */
	@Override
	public synchronized void close() {
		this.descriptor.close();
	}

}
