package dev.hotswap.it.harness;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.ptr.IntByReference;

/**
 * Makes this process the parent of every generation whose own parent has exited
 * (prctl(2), {@code PR_SET_CHILD_SUBREAPER}), so that it learns how each of them ended.
 * <p>
 * The children that {@link Process} stands for are reaped by the JDK's own threads; to
 * wait for those here would steal their exits, from other users of this JVM as well. So
 * only processes that a test asks for, and old zombies, are reaped here.
 */
public final class Subreaper {

	private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	private final Map<Long, Process> children = new ConcurrentHashMap<>();

	private final Map<Long, Integer> reaped = new ConcurrentHashMap<>();

	/**
	 * Make this process a subreaper; doing so again does no harm.
	 */
	public Subreaper() {
		NativeLong none = new NativeLong(0);
		if (LibC.INSTANCE.prctl(LibC.PR_SET_CHILD_SUBREAPER, new NativeLong(1), none, none, none) != 0) {
			throw new IllegalStateException("prctl failed with error " + Native.getLastError());
		}
	}

	/**
	 * Tell of a child that the JDK will reap.
	 * @param process the child
	 */
	public void register(Process process) {
		this.children.put(process.pid(), process);
	}

	/**
	 * Wait until a process has ended.
	 * @param pid a child, or a descendant that becomes one when its parent exits
	 * @param timeout how long to wait at most
	 * @return the status as a shell shows it (128 and the signal's number for a killed
	 * process), or empty when its own parent reaped it
	 * @throws AssertionError if it lives on
	 */
	public OptionalInt awaitExit(long pid, Duration timeout) {
		long deadline = System.nanoTime() + timeout.toNanos();
		do {
			Process child = this.children.get(pid);
			if (child != null) {
				if (await(child, deadline)) {
					return OptionalInt.of(child.exitValue());
				}
				break;
			}
			reap(pid);
			Integer status = this.reaped.get(pid);
			if (status != null) {
				return OptionalInt.of(status);
			}
			if (ProcessTable.find(pid).isEmpty()) {
				return OptionalInt.empty();
			}
			LockSupport.parkNanos(POLL_NANOS);
		}
		while (System.nanoTime() < deadline);
		throw new AssertionError("Process %d still runs after %s: %s".formatted(pid, timeout, ProcessTable.find(pid)));
	}

	/**
	 * Take the status of a process that has ended and is nobody's but this one's.
	 * @param pid the process
	 */
	void reap(long pid) {
		if (this.children.containsKey(pid)) {
			return;
		}
		IntByReference status = new IntByReference();
		if (LibC.INSTANCE.waitpid((int) pid, status, LibC.WNOHANG) == pid) {
			this.reaped.put(pid, shellStatus(status.getValue()));
		}
	}

	/**
	 * The zombies among this process' children that the JDK does not care for.
	 * @return the zombies of this moment
	 */
	List<ProcessTable.Entry> zombies() {
		long self = ProcessHandle.current().pid();
		return ProcessTable.all()
			.stream()
			.filter((entry) -> entry.parent() == self && entry.zombie())
			.filter((entry) -> !this.children.containsKey(entry.pid()))
			.toList();
	}

	void kill(long pid) {
		signal(pid, 9);
	}

	/**
	 * Send a signal.
	 * @param pid the process
	 * @param number the signal's number
	 * @throws IllegalStateException if there is no such process
	 */
	public void signal(long pid, int number) {
		if (LibC.INSTANCE.kill((int) pid, number) != 0) {
			throw new IllegalStateException(
					"Cannot send signal %d to %d: error %d".formatted(number, pid, Native.getLastError()));
		}
	}

	private static boolean await(Process child, long deadline) {
		try {
			return child.waitFor(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	/**
	 * See {@code WIFEXITED} and its like in wait(2).
	 */
	private static int shellStatus(int status) {
		int signal = status & 0x7f;
		return (signal != 0) ? 128 + signal : (status >> 8) & 0xff;
	}

}
