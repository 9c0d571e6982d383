package dev.hotswap.it.harness;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/**
 * The nice values of threads, as the kernel has them.
 */
public final class NiceValues {

	private NiceValues() {
	}

	/**
	 * The values that the threads of a process have.
	 * @param pid the process
	 * @return each value once
	 * @throws IOException if there is no such process
	 */
	public static Set<Integer> of(long pid) throws IOException {
		Set<Integer> values = new TreeSet<>();
		try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
			for (Path thread : threads) {
				try {
					String stat = Files.readString(thread.resolve("stat"));
					values.add(Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16]));
				}
				catch (NoSuchFileException ex) {
					// It has ended
					continue;
				}
			}
		}
		return values;
	}

	/**
	 * Whether this user may lower a value that was raised.
	 * @return whether it was done
	 * @throws Exception if it could not be tried
	 */
	public static boolean mayBeLowered() throws Exception {
		return new ProcessBuilder("nice", "-n", "1", "sh", "-c", "renice 0 -p $$ >/dev/null").start().waitFor() == 0;
	}

}
