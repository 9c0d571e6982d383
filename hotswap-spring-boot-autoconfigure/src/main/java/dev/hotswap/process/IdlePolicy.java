package dev.hotswap.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * {@code SCHED_IDLE}. Each thread has a policy of its own, and a new thread or process
 * that of its maker. Java cannot change it, so chrt(1) of util-linux does. The thread
 * that calls keeps the usual policy, and so do the programs that it runs.
 */
final class IdlePolicy implements SchedulingPolicy {

	private static final String USUAL = "0";

	private static final String IDLE = "5";

	/** A thread that was made meanwhile is found in the next one. */
	private static final int ROUNDS = 10;

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	/** Field 41 of proc_pid_stat(5), counted from field 3. */
	private static final int POLICY_FIELD = 38;

	/** As HotSpot names them, and as much of it as the kernel keeps. */
	private static final Pattern COMPILER = Pattern.compile("C[12] Compiler.*", Pattern.DOTALL);

	private static final Log logger = LogFactory.getLog(IdlePolicy.class);

	private final String pid = Long.toString(ProcessHandle.current().pid());

	@Override
	public void lower() throws IOException {
		if (!USUAL.equals(policy(Path.of("/proc/self")))) {
			throw new IOException("it was given another policy than the usual one");
		}
		tryOut();
		Path current = Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName();
		Predicate<Path> isOther = (thread) -> !thread.getFileName().equals(current);
		for (int i = 0; i < ROUNDS && hasThread(this.pid, USUAL, isOther); i++) {
			run("chrt", "-a", "-i", "-p", "0", this.pid);
			run("chrt", "-o", "-p", "0", current.toString());
		}
	}

	/** Since containers have more ways to forbid it than can be asked for. */
	void tryOut() throws IOException {
		Process trial = start("chrt", "-i", "0", "sh", "-c", "exec chrt -a -o -p 0 $$");
		try {
			if (!trial.waitFor(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS) || trial.exitValue() != 0) {
				throw new IOException("to go back is not permitted, which takes CAP_SYS_NICE or an RLIMIT_NICE of 20 ("
						+ trial.errorReader().readLine() + ")");
			}
		}
		catch (InterruptedException ex) {
			throw interrupted(ex);
		}
		finally {
			trial.destroyForcibly();
		}
	}

	@Override
	public void restore() throws IOException {
		List<Path> compilers;
		try (Stream<Path> threads = Files.list(folder(this.pid))) {
			compilers = threads.filter(IdlePolicy::isCompiler).toList();
		}
		restoreCompilers();
		for (Path compiler : compilers) {
			run("chrt", "-i", "-p", "0", compiler.getFileName().toString());
		}
	}

	@Override
	public void restoreCompilers() throws IOException {
		restore(this.pid);
		ProcessHandle.current().descendants().map((process) -> Long.toString(process.pid())).forEach((process) -> {
			try {
				restore(process);
			}
			catch (IOException ex) {
				if (Files.exists(folder(process))) {
					logger.warn("Process " + process + ", which this one has started, has the priority of the start",
							ex);
				}
			}
		});
	}

	private static void restore(String process) throws IOException {
		for (int i = 0; i < ROUNDS && hasThread(process, IDLE, (thread) -> true); i++) {
			run("chrt", "-a", "-o", "-p", "0", process);
		}
		if (hasThread(process, IDLE, (thread) -> true)) {
			throw new IOException("Threads of process " + process + " still have the idle policy of its start");
		}
	}

	private static boolean hasThread(String process, String policy, Predicate<Path> which) throws IOException {
		try (Stream<Path> threads = Files.list(folder(process))) {
			return threads.anyMatch((thread) -> policy.equals(policy(thread)) && which.test(thread));
		}
	}

	private static Path folder(String process) {
		return Path.of("/proc", process, "task");
	}

	/** That of a thread which has ended is unlike any other. */
	private static String policy(Path thread) {
		String stat = read(thread.resolve("stat"));
		String[] fields = stat.substring(stat.lastIndexOf(')') + 1).trim().split(" ");
		return (fields.length > POLICY_FIELD) ? fields[POLICY_FIELD] : "";
	}

	private static boolean isCompiler(Path thread) {
		return COMPILER.matcher(read(thread.resolve("comm"))).matches();
	}

	private static String read(Path file) {
		try {
			return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
		}
		catch (IOException ex) {
			return "";
		}
	}

	/** What has become of the threads tells more than its status. */
	private static void run(String... command) throws IOException {
		Process process = start(command);
		try {
			// Not by the JDK's own thread for that, which has the idle policy as well
			Optional<ProcessId> id = ProcessId.find(process.pid());
			if (id.isPresent() && !id.get().awaitDeath(TIMEOUT)) {
				throw new IOException("chrt did not end within " + TIMEOUT.toSeconds() + " s");
			}
		}
		catch (InterruptedException ex) {
			throw interrupted(ex);
		}
		finally {
			process.destroyForcibly();
		}
	}

	private static IOException interrupted(InterruptedException ex) {
		Thread.currentThread().interrupt();
		return new IOException("Interrupted", ex);
	}

	private static Process start(String... command) throws IOException {
		return new ProcessBuilder(command).redirectInput(Path.of("/dev/null").toFile())
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.start();
	}

}
