package dev.hotswap.process;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Takes the lock on a file within a time limit. The JDK can wait for a lock without one,
 * or ask for it.
 */
final class FileLocks {

	private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

	private FileLocks() {
	}

	/**
	 * Take the exclusive lock, which ends when the channel is closed.
	 * @param channel the file, open for writing
	 * @param timeout how long to try
	 * @return whether it was had
	 */
	static boolean acquire(FileChannel channel, Duration timeout) throws IOException {
		long start = System.nanoTime();
		while (!tryAcquire(channel)) {
			if (System.nanoTime() - start >= timeout.toNanos() || Thread.currentThread().isInterrupted()) {
				return false;
			}
			LockSupport.parkNanos(RETRY_NANOS);
		}
		return true;
	}

	private static boolean tryAcquire(FileChannel channel) throws IOException {
		try {
			return channel.tryLock() != null;
		}
		catch (OverlappingFileLockException ex) {
			// Held elsewhere in this JVM
			return false;
		}
	}

}
