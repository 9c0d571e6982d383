package dev.hotswap.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Identifies one process for good: its process id together with the time it started, so
 * that it is never confused with a later process that got the same id. Immutable and safe
 * for use by several threads.
 * <p>
 * Everything is read from {@code /proc/<pid>/stat} (proc_pid_stat(5)).
 * {@link ProcessHandle} will not do: it calls a zombie alive, and its {@code onExit}
 * never comes for a zombie that is not a child of this process.
 *
 * @param pid the process id, as seen in this process's PID namespace
 * @param startTime field 22 of {@code stat}: clock ticks since boot; negative for a
 * process that was gone before its start time could be read
 * @since 0.1.0
 */
public record ProcessId(long pid, long startTime) {

	private static final long FIRST_INTERVAL = TimeUnit.MILLISECONDS.toNanos(1);

	private static final long LONGEST_INTERVAL = TimeUnit.MILLISECONDS.toNanos(32);

	/**
	 * This process.
	 * @return the id of this process
	 * @throws UncheckedIOException when {@code /proc} cannot be read
	 */
	public static ProcessId current() {
		long pid = ProcessHandle.current().pid();
		return find(pid).orElseThrow(() -> new UncheckedIOException(
				new IOException("/proc/%d/stat is not there: is /proc mounted?".formatted(pid))));
	}

	/**
	 * Find the process that has a process id now. It may be a zombie.
	 * @param pid the process id
	 * @return the process, or empty when there is none
	 * @throws UncheckedIOException when {@code /proc} cannot be read
	 */
	public static Optional<ProcessId> find(long pid) {
		try {
			ProcessStat stat = ProcessStat.read(pid);
			return (stat != null) ? Optional.of(new ProcessId(pid, stat.startTime())) : Optional.empty();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Read an id as {@link #toString()} writes it.
	 * @param text such as {@code 4711@123456}
	 * @return the id
	 * @throws IllegalArgumentException when the text is nothing of the kind
	 */
	public static ProcessId parse(String text) {
		int at = text.indexOf('@');
		try {
			return new ProcessId(Long.parseLong(text.substring(0, Math.max(at, 0))),
					Long.parseLong(text.substring(at + 1)));
		}
		catch (NumberFormatException ex) {
			throw new IllegalArgumentException("'%s' is no process id like 4711@123456".formatted(text), ex);
		}
	}

	/**
	 * Whether the process can no longer act: its {@code stat} is gone or shows another
	 * start time, or it is a zombie (state Z or X) whose last thread has ended.
	 * @return {@code true} when it is dead for certain; {@code false} also where
	 * {@code /proc} cannot be read, since acting upon a death that did not happen is the
	 * greater harm
	 */
	public boolean isDead() {
		try {
			ProcessStat stat = ProcessStat.read(this.pid);
			return stat == null || stat.startTime() != this.startTime || stat.hasEnded();
		}
		catch (IOException ex) {
			return false;
		}
	}

	/**
	 * Wait for the death of the process. Looks at {@code /proc} again and again, since
	 * there is no event for the death of a process that is not our child.
	 * @param timeout how long to wait; zero or less looks once
	 * @return whether it is dead
	 * @throws InterruptedException when the thread is interrupted while it waits
	 */
	public boolean awaitDeath(Duration timeout) throws InterruptedException {
		long start = System.nanoTime();
		long interval = FIRST_INTERVAL;
		while (!isDead()) {
			long left = timeout.toNanos() - (System.nanoTime() - start);
			if (left <= 0) {
				return false;
			}
			TimeUnit.NANOSECONDS.sleep(Math.min(interval, left));
			interval = Math.min(2 * interval, LONGEST_INTERVAL);
		}
		return true;
	}

	@Override
	public String toString() {
		return this.pid + "@" + this.startTime;
	}

	/**
	 * The fields of {@code /proc/<pid>/stat} that matter here, which a thread has as well
	 * in its folder below {@code task}.
	 *
	 * @param state field 3, such as {@code 'S'}
	 * @param threads field 20
	 * @param startTime field 22
	 * @param policy field 41, the scheduling policy
	 */
	record ProcessStat(char state, int threads, long startTime, int policy) {

		static @Nullable ProcessStat read(long pid) throws IOException {
			return read(Path.of("/proc", Long.toString(pid)));
		}

		static @Nullable ProcessStat read(Path directory) throws IOException {
			try {
				return parse(new String(Files.readAllBytes(directory.resolve("stat")), StandardCharsets.ISO_8859_1));
			}
			catch (IOException ex) {
				// The open fails with ENOENT or, if it dies in between, the read with
				// ESRCH. Anything else, such as EMFILE, says nothing about the process.
				if (Files.notExists(directory)) {
					return null;
				}
				throw ex;
			}
		}

		/**
		 * Field 2, the name of the program, stands in parentheses and may itself contain
		 * blanks and parentheses, so the fields are counted from the last one.
		 */
		static ProcessStat parse(String stat) throws IOException {
			String[] fields = stat.substring(stat.lastIndexOf(')') + 1).trim().split(" ");
			if (fields.length < 39) {
				throw new IOException("'%s' is no /proc/<pid>/stat".formatted(stat));
			}
			return new ProcessStat(fields[0].charAt(0), Integer.parseInt(fields[17]), Long.parseLong(fields[19]),
					Integer.parseInt(fields[38]));
		}

		/**
		 * A thread group whose first thread has ended shows Z although the others may
		 * still run (or are still being killed, with all descriptors open).
		 */
		boolean hasEnded() {
			return this.state == 'X' || this.state == 'x' || (this.state == 'Z' && this.threads <= 1);
		}

	}

}
