package dev.hotswap.benchmark;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;

import com.sun.jna.Library;
import com.sun.jna.Native;

/**
 * What the kernel lets threads do: their priority, and the cores that they run on.
 */
final class Scheduling {

	private static final int NICE = -10;

	/** The lowest one of {@code SCHED_FIFO}, which is above all others' policies. */
	private static final int REAL_TIME_PRIORITY = 1;

	/** As long as the C library's {@code cpu_set_t}: 1024 cores. */
	private static final int MASK_WORDS = 16;

	private static final int CURRENT_THREAD = 0;

	private Scheduling() {
	}

	/**
	 * Let the current thread, and those that it starts, run as soon as they can, whoever
	 * has the processor, see sched(7). For a client that would have a machine of its own.
	 * It must be idle most of the time. Where the kernel has no real-time priority for
	 * it, it gets a better nice value, with which it waits for others all the same.
	 * @return whether the kernel permitted the former
	 */
	static boolean raisePriority() {
		if (LibC.INSTANCE.sched_setscheduler(CURRENT_THREAD, LibC.SCHED_FIFO, new int[] { REAL_TIME_PRIORITY }) == 0) {
			return true;
		}
		LibC.INSTANCE.setpriority(LibC.PRIO_PROCESS, CURRENT_THREAD, NICE);
		return false;
	}

	/**
	 * The cores that the current thread, and what it starts, may run on, see
	 * sched_getaffinity(2).
	 * @return their numbers; none if the kernel does not say
	 */
	static BitSet cores() {
		long[] mask = new long[MASK_WORDS];
		int length = LibC.INSTANCE.sched_getaffinity(CURRENT_THREAD, MASK_WORDS * Long.BYTES, mask);
		return (length >= 0) ? BitSet.valueOf(mask) : new BitSet();
	}

	/**
	 * Let the current thread run on some cores only, as well as the processes that it
	 * starts from now on.
	 * @param cores their numbers
	 * @return whether the kernel permitted it
	 */
	static boolean pinCurrentThread(BitSet cores) {
		return pin(CURRENT_THREAD, cores);
	}

	/**
	 * Let a process run on some cores only. A thread that ends meanwhile is no matter;
	 * one that starts has the cores of the thread that starts it, and so is looked for
	 * until there is none that is new.
	 * @param pid the process
	 * @param cores their numbers
	 * @return whether the kernel permitted it for all its threads
	 * @throws IOException if there is no such process
	 */
	static boolean pin(long pid, BitSet cores) throws IOException {
		boolean pinned = true;
		Set<Path> seen = new HashSet<>();
		boolean any = true;
		while (any) {
			any = false;
			try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
				for (Path thread : threads) {
					if (seen.add(thread)) {
						any = true;
						pinned &= pin(Integer.parseInt(thread.getFileName().toString()), cores)
								|| Files.notExists(thread);
					}
				}
			}
		}
		return pinned;
	}

	private static boolean pin(int thread, BitSet cores) {
		long[] mask = new long[MASK_WORDS];
		long[] words = cores.toLongArray();
		System.arraycopy(words, 0, mask, 0, words.length);
		return LibC.INSTANCE.sched_setaffinity(thread, MASK_WORDS * Long.BYTES, mask) == 0;
	}

	private interface LibC extends Library {

		LibC INSTANCE = Native.load("c", LibC.class);

		int PRIO_PROCESS = 0;

		int SCHED_FIFO = 1;

		int setpriority(int which, int who, int priority);

		int sched_setscheduler(int thread, int policy, int[] parameters);

		int sched_getaffinity(int thread, long size, long[] mask);

		int sched_setaffinity(int thread, long size, long[] mask);

	}

}
