package dev.hotswap.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How much of the processors this process gets of what it wants, from
 * {@code /proc/self/task/<tid>/schedstat} (sched-stats.rst of the kernel): the time for
 * which a thread ran, and for which it had waited when it did. One that still waits is
 * known by its state in {@code stat}. For one thread.
 */
final class ProcessorShare {

	/** Less than this part of one core is next to nothing, where more is wanted. */
	private static final double LITTLE = 0.25;

	/** More than this part of one core is wanted by one that starts. */
	private static final double MUCH = 0.5;

	private static final char RUNNABLE = 'R';

	private Map<String, Times> last;

	private long looked = System.nanoTime();

	/**
	 * Begin to look.
	 * @throws IOException if the kernel does not tell
	 */
	ProcessorShare() throws IOException {
		this.last = read();
		if (this.last.isEmpty()) {
			throw new IOException("the kernel keeps no /proc/self/task/*/schedstat");
		}
	}

	/**
	 * Whether it wanted to run, and hardly could, since somebody has looked last.
	 * @return whether that is so
	 * @throws IOException if the kernel does not tell
	 */
	boolean isStarved() throws IOException {
		long now = System.nanoTime();
		Map<String, Times> times = read();
		long ran = 0;
		long waited = 0;
		for (Map.Entry<String, Times> each : times.entrySet()) {
			Times before = this.last.getOrDefault(each.getKey(), Times.NONE);
			ran += Math.max(0, each.getValue().ran() - before.ran());
			waited += each.getValue().waitsSince(before) ? now - this.looked
					: Math.max(0, each.getValue().waited() - before.waited());
		}
		long elapsed = now - this.looked;
		this.last = times;
		this.looked = now;
		return isStarved(ran, waited, elapsed);
	}

	static boolean isStarved(long ran, long waited, long elapsed) {
		return ran < LITTLE * elapsed && waited > MUCH * elapsed;
	}

	private static Map<String, Times> read() throws IOException {
		Map<String, Times> times = new HashMap<>();
		try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
			for (Path thread : (Iterable<Path>) threads::iterator) {
				try {
					String[] fields = Files.readString(thread.resolve("schedstat")).trim().split(" ");
					ProcessId.ProcessStat stat = ProcessId.ProcessStat.read(thread);
					times.put(thread.getFileName().toString(), new Times(Long.parseLong(fields[0]),
							Long.parseLong(fields[1]), stat != null && stat.state() == RUNNABLE));
				}
				catch (IOException ex) {
					// The thread has ended
					continue;
				}
			}
		}
		return times;
	}

	/**
	 * The times of a thread.
	 *
	 * @param ran for how long it ran, in ns
	 * @param waited for how long it waited to run, in ns
	 * @param runnable whether it runs, or waits to run
	 */
	private record Times(long ran, long waited, boolean runnable) {

		static final Times NONE = new Times(0, 0, false);

		boolean waitsSince(Times before) {
			return this.runnable && before.runnable && this.ran == before.ran;
		}

	}

}
