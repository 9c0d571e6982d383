package dev.hotswap.control;

import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import org.newsclub.net.unix.AFUNIXSocket;

import dev.hotswap.descriptor.Descriptor;
import dev.hotswap.descriptor.UnixSocketHandle;

/**
 * A connected Unix socket that carries bytes and descriptors. One thread reads, one
 * writes, any may shut it down, each through a handle of its own; it is closed when both
 * have stopped.
 */
final class ControlSocket {

	/** Room for any number of descriptors that junixsocket can receive at once. */
	private static final int ANCILLARY_BUFFER_SIZE = 256;

	private final AFUNIXSocket socket;

	private final UnixSocketHandle output;

	private final UnixSocketHandle control;

	private final List<Descriptor> received = new ArrayList<>();

	/**
	 * Take over a socket.
	 * @param socket the socket, which stays the caller's if this fails
	 * @throws IOException if the process is at its limit of descriptors
	 */
	ControlSocket(AFUNIXSocket socket) throws IOException {
		this.socket = socket;
		socket.setAncillaryReceiveBufferSize(ANCILLARY_BUFFER_SIZE);
		this.output = UnixSocketHandle.of(socket.getFileDescriptor());
		try {
			this.control = UnixSocketHandle.of(socket.getFileDescriptor());
		}
		catch (IOException | RuntimeException ex) {
			this.output.close();
			throw ex;
		}
	}

	/**
	 * Read some bytes, and keep the descriptors that come with them.
	 * @param buffer where to put them
	 * @return how many bytes were read, -1 at the end of the stream
	 * @throws IOException if reading fails; bytes and descriptors may be lost
	 */
	int read(ByteBuffer buffer) throws IOException {
		try {
			int count = this.socket.getInputStream()
				.read(buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining());
			if (count > 0) {
				buffer.position(buffer.position() + count);
			}
			return count;
		}
		finally {
			keepReceivedDescriptors();
		}
	}

	/**
	 * Fill a buffer.
	 * @param buffer the buffer
	 * @throws EOFException if the stream ends before
	 * @throws IOException if reading fails
	 */
	void readFully(ByteBuffer buffer) throws IOException {
		while (buffer.hasRemaining()) {
			if (read(buffer) < 0) {
				throw new EOFException("The connection ended in the middle of a frame");
			}
		}
	}

	/**
	 * Take the descriptors that came since the last call.
	 * @return the descriptors, which the caller owns
	 */
	List<Descriptor> takeReceived() {
		List<Descriptor> taken = List.copyOf(this.received);
		this.received.clear();
		return taken;
	}

	/**
	 * Write a buffer, and descriptors with its first byte. Blocks until all is written or
	 * the socket is shut down.
	 * @param buffer the bytes
	 * @param descriptors the descriptors, which stay the caller's
	 * @throws IOException if writing fails
	 */
	void write(ByteBuffer buffer, List<Descriptor> descriptors) throws IOException {
		AFUNIXSocket socket = this.output.socket();
		if (!descriptors.isEmpty()) {
			socket.setOutboundFileDescriptors(
					descriptors.stream().map(Descriptor::fileDescriptor).toArray(FileDescriptor[]::new));
		}
		socket.getOutputStream().write(buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining());
	}

	/**
	 * Say that nothing more will be written.
	 */
	void shutdownOutput() {
		this.control.shutdownOutput();
	}

	/**
	 * End both directions. Wakes a thread that reads or writes.
	 */
	void shutdown() {
		this.control.shutdown();
	}

	/**
	 * Close the socket and the descriptors that nobody took. To be called when no thread
	 * reads or writes any more.
	 */
	void close() {
		takeReceived().forEach(Descriptor::close);
		try {
			this.socket.close();
		}
		catch (IOException ex) {
			// Nothing is left to be done with it
		}
		this.output.close();
		this.control.close();
	}

	private void keepReceivedDescriptors() throws IOException {
		FileDescriptor[] descriptors = this.socket.getReceivedFileDescriptors();
		if (descriptors == null) {
			return;
		}
		IOException failure = null;
		for (FileDescriptor descriptor : descriptors) {
			// junixsocket closes what it received with this socket, or when that is
			// collected: keep a duplicate and close its own at once
			try (Descriptor junixsockets = Descriptor.own(descriptor)) {
				this.received.add(junixsockets.duplicate());
			}
			catch (IOException ex) {
				failure = ex;
			}
		}
		if (failure != null) {
			throw failure;
		}
	}

}
