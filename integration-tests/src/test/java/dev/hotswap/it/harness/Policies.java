package dev.hotswap.it.harness;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The scheduling policies of threads, as the kernel has them, see proc_pid_stat(5).
 */
public final class Policies {

	/** SCHED_OTHER. */
	public static final String USUAL = "0";

	/** SCHED_IDLE. */
	public static final String IDLE = "5";

	private Policies() {
	}

	/**
	 * The policies that the threads of a process have.
	 * @param pid the process
	 * @return by the first 15 bytes of their names; of several threads with one name, the
	 * idle policy if one has it
	 * @throws IOException if there is no such process
	 */
	public static Map<String, String> of(long pid) throws IOException {
		Map<String, String> policies = new TreeMap<>();
		try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
			for (Path thread : threads) {
				try {
					String stat = Files.readString(thread.resolve("stat"));
					policies.merge(stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
							stat.substring(stat.lastIndexOf(')') + 2).split(" ")[38],
							(one, other) -> one.equals(USUAL) ? other : one);
				}
				catch (IOException ex) {
					// It has ended
					continue;
				}
			}
		}
		return policies;
	}

	/**
	 * Whether this user may leave the idle policy.
	 * @return whether it was done
	 * @throws Exception if it could not be tried
	 */
	public static boolean canGoBack() throws Exception {
		return new ProcessBuilder("chrt", "-i", "0", "sh", "-c", "chrt -a -o -p 0 $$").start().waitFor() == 0;
	}

}
