package dev.hotswap.process;

import java.io.IOException;

/**
 * How the kernel schedules the threads of this process, see sched(7). For one thread.
 */
interface SchedulingPolicy {

	/**
	 * Give all threads but the calling one a policy that takes processors from nobody.
	 * @throws IOException if they could not go back, and so nothing was changed
	 */
	void lower() throws IOException;

	/**
	 * Give all threads but the JIT compilers the usual policy, as well as what this
	 * process has started.
	 * @throws IOException if some of its threads do not have it
	 */
	void restore() throws IOException;

	/**
	 * Give the JIT compilers the usual policy, too.
	 * @throws IOException if threads of this process do not have it
	 */
	void restoreCompilers() throws IOException;

}
