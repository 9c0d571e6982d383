package dev.hotswap.benchmark;

import com.sun.jna.Library;
import com.sun.jna.Native;

/**
 * The kernel's scheduling priority of single threads.
 */
final class ThreadPriority {

	private static final int NICE = -10;

	private ThreadPriority() {
	}

	/**
	 * Let the current thread, and those that it starts, run ahead of others, see
	 * setpriority(2): 0 is the calling thread on Linux. For a client that would have a
	 * machine of its own.
	 * @return whether the kernel permitted it
	 */
	static boolean raise() {
		return LibC.INSTANCE.setpriority(LibC.PRIO_PROCESS, 0, NICE) == 0;
	}

	private interface LibC extends Library {

		LibC INSTANCE = Native.load("c", LibC.class);

		int PRIO_PROCESS = 0;

		int setpriority(int which, int who, int priority);

	}

}
