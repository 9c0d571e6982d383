package dev.hotswap.process;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * {@code SCHED_IDLE} of sched(7). Each thread has a policy of its own, and a new thread
 * or process that of its maker. Java cannot change it, so chrt(1) of util-linux does.
 *
 * @param pid the process
 */
record IdlePolicy(long pid) implements SchedulingPolicy {

	/** Runs a program with the idle policy. */
	static final List<String> PREFIX = List.of("chrt", "-i", "0");

	private static final int USUAL = 0;

	private static final int IDLE = 5;

	/** A thread that was made meanwhile is found in the next one. */
	private static final int ROUNDS = 10;

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	/** As HotSpot names them, and as much of it as the kernel keeps. */
	private static final Pattern COMPILER = Pattern.compile("C[12] Compiler.*", Pattern.DOTALL);

	private static final Pattern THOROUGH_COMPILER = Pattern.compile("C2 Compiler.*", Pattern.DOTALL);

	private static final Pattern QUICK_COMPILER = Pattern.compile("C1 Compiler.*", Pattern.DOTALL);

	private static final Log logger = LogFactory.getLog(IdlePolicy.class);

	static IdlePolicy ofThisProcess() {
		return new IdlePolicy(ProcessHandle.current().pid());
	}

	/**
	 * Find out whether a process that this one launches with the idle policy may leave
	 * it. Tried out, since containers have more ways to forbid it than can be asked for.
	 * @throws IOException if it may not, or for another reason should not have it
	 */
	static void tryOut() throws IOException {
		if (!hasPolicy(Path.of("/proc/self"), USUAL)) {
			throw new IOException("This process was given another scheduling policy than the usual one");
		}
		if (!Files.isReadable(Path.of("/proc/self/schedstat"))) {
			throw new IOException("The kernel does not tell how long a thread waits for a processor");
		}
		Process trial = start(Redirect.PIPE, "chrt", "-i", "0", "sh", "-c", "exec chrt -a -o -p 0 $$");
		try {
			if (!trial.waitFor(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
				throw new IOException("chrt did not end within " + TIMEOUT.toSeconds() + " s");
			}
			if (trial.exitValue() != 0) {
				throw new IOException("A process that has the idle policy cannot leave it here, which takes "
						+ "CAP_SYS_NICE or an RLIMIT_NICE of 20, and chrt of util-linux: "
						+ trial.errorReader().readLine());
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
	public boolean isIdle() {
		try {
			return hasPolicy(Path.of("/proc", Long.toString(this.pid)), IDLE);
		}
		catch (IOException ex) {
			// Nothing is restored in vain
			return true;
		}
	}

	@Override
	public void restoreCurrentThread() throws IOException {
		run("chrt", "-o", "-p", "0", Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString());
	}

	/**
	 * It runs briefly and often. With the idle policy it would wait for the thorough one,
	 * and the kernel's fair scheduler then makes up for that at the expense of threads
	 * with the usual policy, the predecessor's among them.
	 */
	@Override
	public void preferQuickCompiler() throws IOException {
		for (String compiler : compilers(QUICK_COMPILER, IDLE)) {
			run("chrt", "-o", "-p", "0", compiler);
		}
		lower(THOROUGH_COMPILER);
	}

	@Override
	public void restore() throws IOException {
		for (int i = 0; i < ROUNDS && hasIdleThread(); i++) {
			run("chrt", "-a", "-o", "-p", "0", Long.toString(this.pid));
		}
		if (hasIdleThread()) {
			throw new IOException("Threads of process " + this.pid + " still have the idle policy of its start");
		}
	}

	@Override
	public void restoreDescendants() {
		for (ProcessId descendant : ProcessTree.of(List.of(ProcessId.current())).descendants()) {
			try {
				new IdlePolicy(descendant.pid()).restore();
			}
			catch (IOException ex) {
				if (!descendant.isDead()) {
					logger.warn("What this process has started stays behind", ex);
				}
			}
		}
	}

	@Override
	public void lowerCompilers() throws IOException {
		lower(COMPILER);
	}

	private void lower(Pattern names) throws IOException {
		for (String compiler : compilers(names, USUAL)) {
			run("chrt", "-i", "-p", "0", compiler);
		}
	}

	private List<String> compilers(Pattern names, int policy) throws IOException {
		List<String> compilers = new ArrayList<>();
		try (DirectoryStream<Path> threads = Files.newDirectoryStream(threads())) {
			for (Path thread : threads) {
				if (isCompiler(thread, names) && hasPolicy(thread, policy)) {
					compilers.add(thread.getFileName().toString());
				}
			}
		}
		return compilers;
	}

	private boolean hasIdleThread() throws IOException {
		try (DirectoryStream<Path> threads = Files.newDirectoryStream(threads())) {
			for (Path thread : threads) {
				if (hasPolicy(thread, IDLE)) {
					return true;
				}
			}
			return false;
		}
	}

	private Path threads() {
		return Path.of("/proc", Long.toString(this.pid), "task");
	}

	/** One that has ended has none. */
	private static boolean hasPolicy(Path thread, int policy) throws IOException {
		ProcessId.ProcessStat stat = ProcessId.ProcessStat.read(thread);
		return stat != null && stat.policy() == policy;
	}

	private static boolean isCompiler(Path thread, Pattern names) {
		try {
			return names.matcher(Files.readString(thread.resolve("comm"), StandardCharsets.ISO_8859_1)).matches();
		}
		catch (IOException ex) {
			// It has ended, or keeps the usual policy
			return false;
		}
	}

	/** What has become of the threads tells more than its status. */
	private static void run(String... command) throws IOException {
		Process process = start(Redirect.DISCARD, command);
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

	private static Process start(Redirect error, String... command) throws IOException {
		return new ProcessBuilder(command).redirectInput(Path.of("/dev/null").toFile())
			.redirectOutput(Redirect.DISCARD)
			.redirectError(error)
			.start();
	}

	private static IOException interrupted(InterruptedException ex) {
		Thread.currentThread().interrupt();
		return new IOException("Interrupted", ex);
	}

}
