package dev.hotswap.control;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * The lock of a control path, held until closed. Exclusive: only its holder unlinks and
 * binds the path. Shared: nobody is about to.
 */
final class ControlLock implements AutoCloseable {

	private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

	/**
	 * Record locks belong to the process, and closing any of its descriptors of the file
	 * drops them all ({@code fcntl(2)}): so within this process there is at most one
	 * channel at a time, of whatever lock file.
	 */
	private static final Semaphore PROCESS = new Semaphore(1, true);

	private final FileChannel channel;

	private ControlLock(FileChannel channel) {
		this.channel = channel;
	}

	/**
	 * Take the lock for unlinking and binding.
	 * @param path the control path, whose folder exists
	 * @param timeout how long to wait at most
	 * @return the lock
	 * @throws ControlPathException if another process holds it all the time
	 * @throws IOException if the file cannot be created or locked
	 */
	static ControlLock exclusive(ControlPath path, Duration timeout) throws IOException {
		return take(path.lock(), timeout, false, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
				PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
	}

	/**
	 * Take the lock for looking. The file is not created: root would leave one that the
	 * socket's owner cannot open.
	 * @param path the control path
	 * @param timeout how long to wait at most
	 * @return the lock
	 * @throws java.nio.file.NoSuchFileException if nobody has ever bound the path
	 * @throws ControlPathException if another process holds it all the time
	 * @throws IOException if the file cannot be locked
	 */
	static ControlLock shared(ControlPath path, Duration timeout) throws IOException {
		return take(path.lock(), timeout, true, Set.of(StandardOpenOption.READ));
	}

	@Override
	public void close() throws IOException {
		try {
			this.channel.close();
		}
		finally {
			PROCESS.release();
		}
	}

	private static ControlLock take(Path file, Duration timeout, boolean shared, Set<? extends OpenOption> options,
			FileAttribute<?>... attributes) throws IOException {
		long deadline = System.nanoTime() + timeout.toNanos();
		acquireProcess(file, timeout);
		FileChannel channel = null;
		boolean locked = false;
		try {
			channel = FileChannel.open(file, options, attributes);
			while (tryLock(channel, shared) == null) {
				// A lock on a file can be waited for without a deadline, or asked for
				if (System.nanoTime() - deadline >= 0) {
					throw held(file);
				}
				LockSupport.parkNanos(RETRY_NANOS);
				if (Thread.currentThread().isInterrupted()) {
					throw new InterruptedIOException("Interrupted while waiting for the lock " + file);
				}
			}
			locked = true;
			return new ControlLock(channel);
		}
		finally {
			if (!locked) {
				try {
					if (channel != null) {
						channel.close();
					}
				}
				finally {
					PROCESS.release();
				}
			}
		}
	}

	private static void acquireProcess(Path file, Duration timeout) throws IOException {
		try {
			if (!PROCESS.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
				throw held(file);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new InterruptedIOException("Interrupted while waiting for the lock " + file);
		}
	}

	private static @Nullable FileLock tryLock(FileChannel channel, boolean shared) throws IOException {
		try {
			return channel.tryLock(0, Long.MAX_VALUE, shared);
		}
		catch (OverlappingFileLockException ex) {
			// Held by this class in another class loader
			return null;
		}
	}

	private static ControlPathException held(Path file) {
		return new ControlPathException("The lock " + file + " is held by another process for too long; find it with"
				+ " 'fuser " + file + "'");
	}

}
