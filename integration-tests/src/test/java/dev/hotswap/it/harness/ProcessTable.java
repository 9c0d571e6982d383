package dev.hotswap.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The kernel's process table. {@link ProcessHandle} will not do: it counts a zombie as
 * alive.
 */
final class ProcessTable {

	private ProcessTable() {
	}

	/**
	 * All processes of this moment.
	 * @return the processes, zombies included
	 */
	static List<Entry> all() {
		try (Stream<Path> folders = Files.list(Path.of("/proc"))) {
			return folders.map((folder) -> folder.getFileName().toString())
				.filter((name) -> Character.isDigit(name.charAt(0)))
				.flatMap((name) -> find(Long.parseLong(name)).stream())
				.toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static Optional<Entry> find(long pid) {
		try {
			String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
			// The name is in parentheses and may itself hold blanks and parentheses
			int end = stat.lastIndexOf(')');
			String[] fields = stat.substring(end + 2).split(" ");
			String name = stat.substring(stat.indexOf('(') + 1, end);
			return Optional.of(new Entry(pid, name, fields[0].charAt(0), Long.parseLong(fields[1])));
		}
		catch (IOException ex) {
			return Optional.empty();
		}
	}

	/**
	 * The processes that were started with a variable, or whose ancestors were.
	 * @param variable as {@code NAME=value}
	 * @return the living processes; a zombie has no environment any more
	 */
	static List<Entry> withEnvironment(String variable) {
		return all().stream().filter((entry) -> !entry.zombie()).filter((entry) -> {
			try {
				Path file = Path.of("/proc/" + entry.pid() + "/environ");
				return List.of(Files.readString(file, StandardCharsets.ISO_8859_1).split("\0")).contains(variable);
			}
			catch (IOException ex) {
				return false;
			}
		}).toList();
	}

	/**
	 * A process.
	 *
	 * @param pid its id
	 * @param name the kernel's short name for it
	 * @param state as in proc_pid_stat(5)
	 * @param parent the parent's id
	 */
	record Entry(long pid, String name, char state, long parent) {

		boolean zombie() {
			return this.state == 'Z' || this.state == 'X';
		}

		@Override
		public String toString() {
			return "%s[%d, state %s, child of %d]".formatted(this.name, this.pid, this.state, this.parent);
		}

	}

}
