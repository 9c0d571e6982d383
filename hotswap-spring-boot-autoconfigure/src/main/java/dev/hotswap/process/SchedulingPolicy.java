package dev.hotswap.process;

import java.io.IOException;

/**
 * How the kernel schedules the threads of this process, see sched(7). For one thread.
 */
interface SchedulingPolicy {

	/**
	 * Whether this process was launched with the idle policy.
	 * @return whether its main thread has it
	 */
	boolean isIdle();

	/**
	 * Give the calling thread the usual policy, and so the programs that it runs.
	 * @throws IOException if that failed
	 */
	void restoreCurrentThread() throws IOException;

	/**
	 * Give the threads of the JIT compiler for which a start waits the usual policy, and
	 * those of the other one the idle policy. A compiler may start threads of the other.
	 * @throws IOException if that failed
	 */
	void preferQuickCompiler() throws IOException;

	/**
	 * Give all threads the usual policy.
	 * @throws IOException if some do not have it
	 */
	void restore() throws IOException;

	/**
	 * Give what this process has started the usual policy, as far as possible.
	 */
	void restoreDescendants();

	/**
	 * Give the JIT compilers the idle policy.
	 * @throws IOException if that failed
	 */
	void lowerCompilers() throws IOException;

}
