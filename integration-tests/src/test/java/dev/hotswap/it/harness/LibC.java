package dev.hotswap.it.harness;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.ptr.IntByReference;

/**
 * The C library's functions for processes. Failures are -1 and
 * {@link Native#getLastError()}.
 */
interface LibC extends Library {

	LibC INSTANCE = Native.load("c", LibC.class);

	/**
	 * {@code WNOHANG} of waitpid(2).
	 */
	int WNOHANG = 1;

	/**
	 * {@code PR_SET_CHILD_SUBREAPER} of prctl(2).
	 */
	int PR_SET_CHILD_SUBREAPER = 36;

	int prctl(int option, NativeLong argument2, NativeLong argument3, NativeLong argument4, NativeLong argument5);

	int waitpid(int pid, IntByReference status, int options);

	int kill(int pid, int signal);

}
