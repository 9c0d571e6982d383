package dev.hotswap.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.awaitility.Awaitility.await;

/**
 * What a container is to the processes in it, without a container engine: a PID namespace
 * (pid_namespaces(7)) with a {@code /proc} of its own. It ends with its PID 1, and
 * unshare(1), which made it, exits as PID 1 did.
 *
 * @param init the process that is PID 1 in there, by its id out here
 */
public record Container(long init) {

	private static final List<String> NAMESPACE = List.of("unshare", "--pid", "--fork", "--kill-child", "--mount-proc");

	/**
	 * What runs a program as PID 1 of a namespace.
	 * @param words the program and its arguments
	 * @return the command line
	 */
	public static List<String> command(String... words) {
		List<String> command = new ArrayList<>(NAMESPACE);
		command.addAll(List.of(words));
		return command;
	}

	/**
	 * Whether this machine lets a test make namespaces: that takes root.
	 * @return {@code true} if it does
	 */
	public static boolean isPossible() {
		try {
			return new ProcessBuilder(command("true")).redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.start()
				.waitFor() == 0;
		}
		catch (IOException ex) {
			return false;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	/**
	 * The container that a process has made.
	 * @param unshare the process
	 * @return the container
	 */
	public static Container of(long unshare) {
		return new Container(
				await().until(() -> children(ProcessTable.all(), unshare), (found) -> !found.isEmpty()).get(0).pid());
	}

	/**
	 * The processes in it but PID 1.
	 * @return those that live, by their id in there with their id out here
	 */
	public Map<Long, Long> processes() {
		Map<Long, Long> processes = new HashMap<>();
		for (ProcessTable.Entry entry : descendants()) {
			try {
				if (!entry.zombie()) {
					processes.put(field(entry.pid(), "status", "NSpid"), entry.pid());
				}
			}
			catch (UncheckedIOException ex) {
				// Gone in between
			}
		}
		return processes;
	}

	/**
	 * The zombies in it.
	 * @return the zombies of this moment
	 */
	public List<String> zombies() {
		return descendants().stream().filter(ProcessTable.Entry::zombie).map(Object::toString).toList();
	}

	/**
	 * How much memory PID 1 has.
	 * @param field as in {@code smaps_rollup}, see proc_pid_smaps(5)
	 * @return kibibytes
	 */
	public long memory(String field) {
		return field(this.init, "smaps_rollup", field);
	}

	private List<ProcessTable.Entry> descendants() {
		List<ProcessTable.Entry> all = ProcessTable.all();
		List<ProcessTable.Entry> found = new ArrayList<>(children(all, this.init));
		for (int i = 0; i < found.size(); i++) {
			found.addAll(children(all, found.get(i).pid()));
		}
		return found;
	}

	private static List<ProcessTable.Entry> children(List<ProcessTable.Entry> all, long parent) {
		return all.stream().filter((entry) -> entry.parent() == parent).toList();
	}

	/** The last number of the line, which is that of the innermost namespace. */
	private static long field(long pid, String file, String name) {
		try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid, file))) {
			String line = lines.filter((each) -> each.startsWith(name + ":")).findFirst().orElseThrow();
			List<String> words = List.of(line.replace(" kB", "").split("\\s+"));
			return Long.parseLong(words.get(words.size() - 1));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
