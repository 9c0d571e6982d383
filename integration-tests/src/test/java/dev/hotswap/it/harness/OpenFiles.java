package dev.hotswap.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What descriptors a process holds, from the kernel's point of view (proc_pid_fd(5) and
 * proc_pid_net(5)).
 *
 * @param count how many descriptors
 * @param controlSockets the inodes of listening Unix sockets
 * @param unixConnections how many connected Unix sockets
 * @param listeners how many listening TCP sockets
 */
public record OpenFiles(int count, List<String> controlSockets, int unixConnections, int listeners) {

	/** {@code __SO_ACCEPTCON} of the kernel. */
	private static final String ACCEPTS = "00010000";

	private static final String UNIX_CONNECTED = "03";

	private static final String TCP_LISTEN = "0A";

	/**
	 * Look at a process.
	 * @param pid the process
	 * @return what it holds now
	 */
	public static OpenFiles of(long pid) {
		try {
			List<String> targets = targets(pid);
			List<String[]> unix = table("unix").filter((fields) -> targets.contains(inode(fields[6]))).toList();
			List<String> listening = unix.stream()
				.filter((fields) -> fields[3].equals(ACCEPTS))
				.map((fields) -> fields[6])
				.toList();
			long connected = unix.stream().filter((fields) -> fields[5].equals(UNIX_CONNECTED)).count();
			long tcp = Stream.concat(table("tcp"), table("tcp6"))
				.filter((fields) -> fields[3].equals(TCP_LISTEN))
				.mapToLong((fields) -> targets.stream().filter(inode(fields[9])::equals).count())
				.sum();
			return new OpenFiles(targets.size(), listening, (int) connected, (int) tcp);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * The inodes of all sockets that listen, or once listened, at a control path.
	 * @param path the path
	 * @return the inodes, of whatever process
	 */
	public static List<String> controlSocketsAt(Path path) {
		try {
			return table("unix")
				.filter((fields) -> fields.length > 7 && fields[3].equals(ACCEPTS) && fields[7].equals(path.toString()))
				.map((fields) -> fields[6])
				.toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Stream<String[]> table(String name) throws IOException {
		return Files.readAllLines(Path.of("/proc/net", name)).stream().skip(1).map((line) -> line.trim().split("\\s+"));
	}

	private static List<String> targets(long pid) throws IOException {
		List<String> targets = new ArrayList<>();
		try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
			for (Path descriptor : descriptors.toList()) {
				try {
					targets.add(Files.readSymbolicLink(descriptor).toString());
				}
				catch (IOException ex) {
					// It was closed in between
				}
			}
		}
		return targets;
	}

	private static String inode(String number) {
		return "socket:[" + number + "]";
	}

}
