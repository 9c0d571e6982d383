package dev.hotswap.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The file that names the active process, for those who send it signals. It is replaced
 * by a rename, so that a reader sees one process id or the other, and everything that
 * reads and then writes it does so under {@code <file>.lock}.
 * <p>
 * The lock file, which is never deleted, also says when the process started that the PID
 * file names: so a stale file is known as such even where its process id has been given
 * to another process since. As {@code pid@start} it goes on naming the last owner when
 * that has removed the PID file, which an init of a container needs to know whose exit
 * status is the service's.
 * <p>
 * Thread-safe. One object per file and process, since closing any descriptor of a lock
 * file drops all the process's locks on it, see fcntl_locking(2).
 *
 * @since 0.1.0
 */
public final class PidFile {

	private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(5);

	private static final int MAX_LENGTH = 64;

	private static final Set<PosixFilePermission> READABLE_BY_ALL = PosixFilePermissions.fromString("rw-r--r--");

	/** Who may read a file may lock it, and keep others from locking it. */
	private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

	private static final Log logger = LogFactory.getLog(PidFile.class);

	private final Path file;

	private final ProcessId self;

	private final Duration lockTimeout;

	/**
	 * Create the PID file of this process. Touches nothing yet.
	 * @param file the path, made absolute
	 */
	public PidFile(Path file) {
		this(file, ProcessId.current(), LOCK_TIMEOUT);
	}

	PidFile(Path file, ProcessId self, Duration lockTimeout) {
		this.file = file.toAbsolutePath().normalize();
		Objects.requireNonNull(this.file.getFileName(), "The PID file needs a name");
		this.self = self;
		this.lockTimeout = lockTimeout;
	}

	/**
	 * The path.
	 * @return the absolute path
	 */
	public Path path() {
		return this.file;
	}

	/**
	 * Check, before anything depends on it, that {@link #takeOver()} can be expected to
	 * succeed. Changes nothing but that the lock file is there afterwards.
	 * @throws PidFileException if the file cannot be written
	 */
	public synchronized void check() throws PidFileException {
		underLock((lock) -> {
			read();
			Files.delete(writeTemporary());
		});
	}

	/**
	 * Name this process, which has found nobody to succeed.
	 * @throws PidFileException if the file cannot be written, or names another live
	 * process: two starts at once, or another instance with the same file
	 */
	public synchronized void claim() throws PidFileException {
		underLock((lock) -> {
			checkFree(lock);
			write(lock);
		});
	}

	/**
	 * Name this process, which a handoff, or the end of one, has made the active one,
	 * whatever process the file names now. Who may do so is settled by then.
	 * @throws PidFileException if the file cannot be written; it is as it was
	 */
	public synchronized void takeOver() throws PidFileException {
		underLock((lock) -> {
			read();
			write(lock);
		});
	}

	/**
	 * Remove the file if it still names this process, which ends. That it cannot be is
	 * logged: what stays behind is a stale file, which the next start replaces.
	 */
	public synchronized void release() {
		try {
			if (!Files.isDirectory(folder())) {
				return;
			}
			underLock((lock) -> {
				if (Optional.of(this.self.pid()).equals(read())) {
					Files.delete(this.file);
				}
			});
		}
		catch (PidFileException ex) {
			logger.warn("The PID file stays behind: " + ex.getMessage());
		}
	}

	private void checkFree(FileChannel lock) throws IOException {
		Optional<Long> named = read();
		if (named.isEmpty() || named.get() == this.self.pid()) {
			return;
		}
		ProcessId owner = owner(lock, named.get());
		if (owner != null) {
			throw new PidFileException("The PID file " + this.file + " names the process " + owner.pid()
					+ ", which is running, and which this process does not take over from. If it is another instance, "
					+ "give this one a hotswap.pid-file of its own; if it is none, remove the file");
		}
	}

	/**
	 * The live process that the file means, or {@code null} if that is gone. Where
	 * another program wrote the file, whatever process has the id now is meant.
	 */
	private static @Nullable ProcessId owner(FileChannel lock, long pid) throws IOException {
		ByteBuffer text = ByteBuffer.allocate(MAX_LENGTH);
		lock.read(text, 0);
		ProcessId owner = ProcessId.find(pid).orElse(null);
		try {
			ProcessId noted = ProcessId.parse(StandardCharsets.US_ASCII.decode(text.flip()).toString().trim());
			owner = (noted.pid() == pid) ? noted : owner;
		}
		catch (IllegalArgumentException ex) {
			// New, or not written to the end
		}
		return (owner == null || owner.isDead()) ? null : owner;
	}

	/**
	 * The process id in the file; empty where there is no file, or one without content.
	 */
	private Optional<Long> read() throws IOException {
		if (Files.exists(this.file) && !Files.isRegularFile(this.file)) {
			throw unlikePidFile("is not a regular file");
		}
		try (FileChannel channel = FileChannel.open(this.file, StandardOpenOption.READ)) {
			ByteBuffer content = ByteBuffer.allocate(MAX_LENGTH);
			channel.read(content);
			String text = StandardCharsets.US_ASCII.decode(content.flip()).toString().strip();
			if (text.isEmpty()) {
				return Optional.empty();
			}
			if (!text.matches("\\d{1,18}")) {
				throw unlikePidFile("holds something else than a process id");
			}
			return Optional.of(Long.parseLong(text));
		}
		catch (NoSuchFileException ex) {
			return Optional.empty();
		}
	}

	private PidFileException unlikePidFile(String violation) {
		return new PidFileException("The PID file " + this.file + " " + violation
				+ ", so it is left alone. Remove it, or set hotswap.pid-file to another path");
	}

	/**
	 * What can fail because the disk is full comes first: until the rename all is as it
	 * was.
	 */
	private void write(FileChannel lock) throws IOException {
		Path temporary = writeTemporary();
		try {
			lock.write(StandardCharsets.US_ASCII.encode(this.self + "\n"), 0);
			lock.truncate(this.self.toString().length() + 1);
			Files.move(temporary, this.file, StandardCopyOption.ATOMIC_MOVE);
		}
		catch (IOException ex) {
			Files.deleteIfExists(temporary);
			throw ex;
		}
	}

	private Path writeTemporary() throws IOException {
		Path temporary = this.file.resolveSibling("." + this.file.getFileName() + ".new");
		// Left behind by a process that was killed; under the lock it is nobody's
		Files.deleteIfExists(temporary);
		try (FileChannel channel = FileChannel.open(temporary,
				Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
				PosixFilePermissions.asFileAttribute(READABLE_BY_ALL))) {
			channel.write(StandardCharsets.US_ASCII.encode(this.self.pid() + "\n"));
			return temporary;
		}
		catch (IOException ex) {
			Files.deleteIfExists(temporary);
			throw ex;
		}
	}

	private void underLock(Work work) throws PidFileException {
		Path folder = folder();
		if (!Files.isDirectory(folder)) {
			throw new PidFileException("The PID file's folder " + folder
					+ " does not exist. Create it, or set hotswap.pid-file to another path");
		}
		Path lockFile = this.file.resolveSibling(this.file.getFileName() + ".lock");
		try (FileChannel lock = FileChannel.open(lockFile, Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ,
				StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
				PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
			if (!FileLocks.acquire(lock, this.lockTimeout)) {
				throw new PidFileException("The lock " + lockFile + " of the PID file is held by another process for "
						+ "too long; find it with 'fuser " + lockFile + "'");
			}
			work.run(lock);
		}
		catch (PidFileException ex) {
			throw ex;
		}
		catch (IOException ex) {
			throw new PidFileException("The PID file " + this.file + " cannot be written (" + reason(ex)
					+ "). See that this user may create files in " + folder
					+ " and that the disk is not full, or set hotswap.pid-file to another path", ex);
		}
	}

	private static String reason(IOException ex) {
		return ex.getClass().getSimpleName() + ": " + ex.getMessage();
	}

	private Path folder() {
		return Objects.requireNonNull(this.file.getParent());
	}

	/**
	 * What is done under the lock.
	 */
	@FunctionalInterface
	private interface Work {

		void run(FileChannel lock) throws IOException;

	}

}
