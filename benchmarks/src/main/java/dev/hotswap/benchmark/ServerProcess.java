package dev.hotswap.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * What the kernel knows about a process.
 *
 * @param pid the process
 */
record ServerProcess(long pid) {

	/** {@code sysconf(_SC_CLK_TCK)} is 100 on every Linux that has a JVM. */
	private static final long TICK = TimeUnit.SECONDS.toNanos(1) / 100;

	/**
	 * The processor time of all its threads until now, user and system, see
	 * proc_pid_stat(5).
	 * @return the time in ns, in steps of 10 ms
	 */
	long cpuNanos() {
		String stat = read("stat");
		// The name before the last parenthesis may hold blanks itself
		String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
		return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK;
	}

	/**
	 * The proportional set size: its own memory, and its share of what it shares with
	 * others, see proc_pid_smaps(5).
	 * @return the size in KiB
	 */
	long pssKibibytes() {
		return read("smaps_rollup").lines()
			.filter((line) -> line.startsWith("Pss:"))
			.mapToLong((line) -> Long.parseLong(line.replaceAll("\\D", "")))
			.findFirst()
			.orElseThrow();
	}

	private String read(String file) {
		try {
			return Files.readString(Path.of("/proc/" + this.pid + "/" + file), StandardCharsets.ISO_8859_1);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
