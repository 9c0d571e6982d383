package dev.hotswap.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import dev.hotswap.it.harness.Jdk;

/**
 * What the kernel knows about a process.
 *
 * @param pid the process
 */
record ServerProcess(long pid) {

	private static final Duration REST = Duration.ofSeconds(2);

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

	/**
	 * Wait until it takes less than 2 % of a core over two seconds.
	 * @param atMost how long to wait at most
	 * @return whether it came to rest
	 */
	boolean awaitRest(Duration atMost) {
		long deadline = System.nanoTime() + atMost.toNanos();
		boolean rested = false;
		while (!rested && System.nanoTime() + REST.toNanos() < deadline) {
			long before = cpuNanos();
			Pause.of(REST);
			rested = cpuNanos() - before < REST.toNanos() / 50;
		}
		return rested;
	}

	/**
	 * Have the C library return to the system what the JVM has freed, which the JIT
	 * compiler's memory is once it has compiled.
	 * @param jdk what the process runs on
	 * @return whether it could be done: older JDKs have no such command
	 * @throws IOException if the program to ask with does not start
	 */
	boolean trimNativeHeap(Jdk jdk) throws IOException {
		Path program = jdk.home().resolve("bin/jcmd");
		if (!Files.isExecutable(program)) {
			return false;
		}
		Process jcmd = new ProcessBuilder(program.toString(), Long.toString(this.pid), "System.trim_native_heap")
			.redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.start();
		try {
			if (!jcmd.waitFor(10, TimeUnit.SECONDS)) {
				jcmd.destroyForcibly();
				return false;
			}
			return jcmd.exitValue() == 0;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
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
