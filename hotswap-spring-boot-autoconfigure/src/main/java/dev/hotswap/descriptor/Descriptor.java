package dev.hotswap.descriptor;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

import org.jspecify.annotations.Nullable;
import org.newsclub.net.unix.AFSocketChannel;
import org.newsclub.net.unix.FileDescriptorCast;

/**
 * A kernel file descriptor as an object with an owner. Whoever holds a {@code Descriptor}
 * owns it and either closes it or passes it on; it is closed exactly once, and never by
 * the garbage collector. Thread-safe.
 * <p>
 * Closing is {@code close(2)} and nothing else: {@code shutdown(2)} acts on the open file
 * description, which another process may share, and would end its connection.
 */
public final class Descriptor implements AutoCloseable {

	private @Nullable FileDescriptor fileDescriptor;

	private Descriptor(FileDescriptor fileDescriptor) {
		this.fileDescriptor = fileDescriptor;
	}

	/**
	 * Take ownership of a file descriptor.
	 * @param fd a valid file descriptor that nobody else closes
	 * @return the descriptor
	 * @throws IllegalArgumentException if the file descriptor is not valid
	 */
	public static Descriptor own(FileDescriptor fd) {
		if (!fd.valid()) {
			throw new IllegalArgumentException("The file descriptor is not valid");
		}
		return new Descriptor(fd);
	}

	/**
	 * Duplicate this descriptor, see {@code dup(2)}. Both refer to the same open file
	 * description.
	 * @return the duplicate, which the caller owns
	 * @throws IOException if the process is at its limit of descriptors
	 * @throws IllegalStateException if this descriptor is closed
	 */
	public synchronized Descriptor duplicate() throws IOException {
		return duplicateOf(fileDescriptor());
	}

	/**
	 * The file descriptor, on loan: it is valid until this descriptor is closed, and the
	 * caller must not close it.
	 * @return the file descriptor
	 * @throws IllegalStateException if this descriptor is closed
	 */
	public synchronized FileDescriptor fileDescriptor() {
		if (this.fileDescriptor == null) {
			throw new IllegalStateException("The descriptor is closed");
		}
		return this.fileDescriptor;
	}

	/**
	 * Whether this descriptor has been closed or passed on.
	 * @return {@code true} once it is unusable
	 */
	public synchronized boolean isClosed() {
		return this.fileDescriptor == null;
	}

	@Override
	public synchronized void close() {
		if (this.fileDescriptor != null) {
			FileDescriptor closing = this.fileDescriptor;
			this.fileDescriptor = null;
			close(closing);
		}
	}

	/**
	 * Pass ownership of the file descriptor to the caller.
	 * @return the file descriptor
	 * @throws IllegalStateException if this descriptor is closed
	 */
	synchronized FileDescriptor release() {
		FileDescriptor released = fileDescriptor();
		this.fileDescriptor = null;
		return released;
	}

	/**
	 * Set {@code O_NONBLOCK} on a socket's open file description, for all processes that
	 * share it: see fcntl(2).
	 * @throws IOException if this is no socket's descriptor, or the process is at its
	 * limit of descriptors
	 * @throws IllegalStateException if this descriptor is closed
	 */
	public synchronized void setNonBlocking() throws IOException {
		if (!ChannelDescriptors.setNonBlocking(fileDescriptor())) {
			setNonBlockingByUnixChannel();
		}
	}

	/**
	 * What needs none of the JDK's internals, and takes ten times as long.
	 */
	synchronized void setNonBlockingByUnixChannel() throws IOException {
		// The flag is the description's; junixsocket's channel may close what it is given
		// once it is collected, but not what has been closed by then
		try (Descriptor duplicate = duplicate()) {
			FileDescriptorCast.using(duplicate.fileDescriptor()).as(AFSocketChannel.class).configureBlocking(false);
		}
	}

	/**
	 * Pass ownership to somebody who knows file descriptors by number only.
	 * @return the number that the kernel knows this descriptor by, which the caller
	 * closes
	 * @throws IOException if it cannot be found out; this descriptor stays open then
	 * @throws IllegalStateException if this descriptor is closed
	 */
	public synchronized int detach() throws IOException {
		int number = number();
		release();
		return number;
	}

	/**
	 * The number that the kernel knows this descriptor by.
	 * @return the number
	 * @throws IOException if it cannot be found out
	 */
	synchronized int number() throws IOException {
		return FileDescriptorCast.using(fileDescriptor()).as(Integer.class);
	}

	/**
	 * Duplicate a file descriptor of which only the number is known, as servers with
	 * native code of their own have it. Stays open, and is not owned.
	 * @param number the number, which nobody may close meanwhile
	 * @return the duplicate, which the caller owns
	 * @throws IOException if the number is not open, or the process is at its limit of
	 * descriptors
	 */
	public static Descriptor duplicateOf(int number) throws IOException {
		return duplicateOf(FileDescriptorCast.unsafeUsing(number).getFileDescriptor());
	}

	/**
	 * Take a descriptor over that this process was started with. It gets another number,
	 * with {@code FD_CLOEXEC}, so that no child process inherits it; see execve(2).
	 * @param number the number, which is closed if this succeeds
	 * @return the descriptor, which the caller owns
	 * @throws IOException if the number is not open, or the process is at its limit of
	 * descriptors
	 */
	public static Descriptor take(int number) throws IOException {
		FileDescriptor original = FileDescriptorCast.unsafeUsing(number).getFileDescriptor();
		// junixsocket sets FD_CLOEXEC on each duplicate
		Descriptor descriptor = duplicateOf(original);
		close(original);
		return descriptor;
	}

	static Descriptor duplicateOf(FileDescriptor fd) throws IOException {
		return own(FileDescriptorCast.duplicating(fd).getFileDescriptor());
	}

	private static void close(FileDescriptor fd) {
		// A stream on a borrowed file descriptor is the JDK's public way to close(2) it,
		// and marks the object as closed, so that neither junixsocket nor a second owner
		// can hit a number that the kernel has given to somebody else since.
		try {
			new FileInputStream(fd).close();
		}
		catch (IOException ex) {
			// Linux frees the number whatever close(2) returns, see its man page. Of a
			// socket it returns no error but EBADF, which is a bug of the owner.
			throw new UncheckedIOException(ex);
		}
	}

}
