package dev.hotswap.process;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The nice value that a successor goes back to once it has warmed up, if it was launched
 * with a higher one. On Linux each thread has its own, and a new one that of the thread
 * that makes it, see setpriority(2). Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public final class NiceValue {

	/**
	 * The environment variable by which a successor knows the value. Not to be passed on:
	 * its own successor is told anew, or has nothing to go back to.
	 */
	public static final String VARIABLE = "_HOTSWAP_NICE";

	/** A thread that was made meanwhile is found in the next one. */
	private static final int ROUNDS = 10;

	private static final long TIMEOUT_SECONDS = 5;

	private static final Pattern COMPILER = Pattern.compile("C[12] Compiler");

	private static final Log logger = LogFactory.getLog(NiceValue.class);

	/** Field 19 of proc_pid_stat(5), counted from field 3. */
	private static final int FIELD = 16;

	private final int raised;

	private final int usual;

	private NiceValue(int raised, int usual) {
		this.raised = raised;
		this.usual = usual;
	}

	/**
	 * Find out what this process was launched with. To be called before it makes threads
	 * with a value of their own.
	 * @param environment its environment
	 * @return what it is to go back to; what it has where nobody has raised it
	 */
	public static NiceValue of(Map<String, String> environment) {
		String usual = environment.get(VARIABLE);
		if (usual == null) {
			return new NiceValue(0, 0);
		}
		try {
			return new NiceValue(ofThisProcess(), Integer.parseInt(usual));
		}
		catch (IOException | NumberFormatException ex) {
			logger.warn("The nice value stays as it is, since it is not known what it was: " + ex);
			return new NiceValue(0, 0);
		}
	}

	static int ofThisProcess() throws IOException {
		return Integer.parseInt(fields(Path.of("/proc/self/stat"))[FIELD]);
	}

	/**
	 * Give the threads that were made with the raised value the usual one, and those of
	 * the processes that this one has started since; all but the JIT compilers of this
	 * process: what they have left to do is not to keep the first clients waiting.
	 * Blocks, usually for a few milliseconds.
	 * @throws IOException if other threads are left that have the raised value
	 */
	public void restore() throws IOException {
		restore((thread) -> !isCompiler(thread));
	}

	/**
	 * Give the JIT compilers the usual value, too.
	 * @throws IOException if threads are left that have the raised one
	 */
	public void restoreCompilers() throws IOException {
		restore((thread) -> true);
	}

	/** As HotSpot names them, and as much of it as the kernel keeps. */
	private static boolean isCompiler(Path thread) {
		try {
			return COMPILER.matcher(Files.readString(thread.resolve("comm"), StandardCharsets.ISO_8859_1)).lookingAt();
		}
		catch (IOException ex) {
			// It has ended
			return true;
		}
	}

	private void restore(Predicate<Path> which) throws IOException {
		if (this.raised <= this.usual) {
			return;
		}
		List<String> threads = raisedThreads(which);
		for (int i = 0; i < ROUNDS && !threads.isEmpty(); i++) {
			List<String> command = new ArrayList<>(List.of("renice", Integer.toString(this.usual), "-p"));
			command.addAll(threads);
			// Its status also tells of threads that have ended since
			run(command);
			threads = raisedThreads(which);
		}
		if (!threads.isEmpty()) {
			throw new IOException("The nice value of " + threads.size() + " threads is still " + this.raised
					+ " instead of " + this.usual);
		}
	}

	private List<String> raisedThreads(Predicate<Path> which) throws IOException {
		List<String> threads = new ArrayList<>();
		Stream<Long> processes = Stream
			.concat(Stream.of(ProcessHandle.current()), ProcessHandle.current().descendants())
			.map(ProcessHandle::pid);
		for (Long pid : (Iterable<Long>) processes::iterator) {
			addRaisedThreads(Path.of("/proc", pid.toString(), "task"), which, threads);
		}
		return threads;
	}

	private void addRaisedThreads(Path process, Predicate<Path> which, List<String> threads) throws IOException {
		try (DirectoryStream<Path> tasks = Files.newDirectoryStream(process)) {
			for (Path task : tasks) {
				if (String.valueOf(this.raised).equals(value(task)) && which.test(task)) {
					threads.add(task.getFileName().toString());
				}
			}
		}
		catch (IOException | DirectoryIteratorException ex) {
			if (Files.exists(process)) {
				throw ex;
			}
		}
	}

	private static @Nullable String value(Path task) throws IOException {
		try {
			return fields(task.resolve("stat"))[FIELD];
		}
		catch (IOException ex) {
			if (Files.exists(task)) {
				throw ex;
			}
			return null;
		}
	}

	private static String[] fields(Path stat) throws IOException {
		String text = new String(Files.readAllBytes(stat), StandardCharsets.ISO_8859_1);
		return text.substring(text.lastIndexOf(')') + 1).trim().split(" ");
	}

	/**
	 * Run a program that takes no time.
	 * @return its exit status
	 */
	static int run(List<String> command) throws IOException {
		Process process = new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(Redirect.DISCARD)
			.start();
		try {
			if (process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
				return process.exitValue();
			}
			throw new IOException(command.get(0) + " did not end within " + TIMEOUT_SECONDS + " s");
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException("Interrupted while " + command.get(0) + " ran", ex);
		}
		finally {
			process.destroyForcibly();
		}
	}

}
