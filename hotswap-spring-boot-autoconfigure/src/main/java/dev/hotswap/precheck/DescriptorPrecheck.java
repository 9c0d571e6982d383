package dev.hotswap.precheck;

import java.util.OptionalInt;
import java.util.OptionalLong;

import dev.hotswap.HandoffPrecheck;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a handoff while this process is so close to its limit of open files that a
 * handoff could not get the descriptors it needs: requests would fail for want of them,
 * too. Thread-safe.
 *
 * @since 0.1.0
 */
public final class DescriptorPrecheck implements HandoffPrecheck {

	/**
	 * The launch's pipes, the control connections, a listener twice, /proc, classes.
	 */
	private static final int HANDOFF = 64;

	/** A connection that moves is held twice until the successor answers for it. */
	private static final int OUTSTANDING = 256;

	private static final Log logger = LogFactory.getLog(DescriptorPrecheck.class);

	private final boolean transfer;

	private final SystemFiles files;

	/**
	 * Create a precheck.
	 * @param transfer whether connections move to the successor
	 */
	public DescriptorPrecheck(boolean transfer) {
		this(transfer, SystemFiles.ofThisMachine());
	}

	DescriptorPrecheck(boolean transfer, SystemFiles files) {
		this.transfer = transfer;
		this.files = files;
	}

	@Override
	public @Nullable String refuse() {
		OptionalLong limit = Fields.find(this.files.read("proc/self/limits"), "Max open files ");
		OptionalInt open = this.files.count("proc/self/fd");
		if (limit.isEmpty() || open.isEmpty()) {
			logger.debug("The limit of open files is unknown, or there is none");
			return null;
		}
		// No more connections can move than there are descriptors
		long needed = HANDOFF + (this.transfer ? Math.min(OUTSTANDING, open.getAsInt()) : 0);
		if (limit.getAsLong() - open.getAsInt() >= needed) {
			return null;
		}
		return "This process has " + open.getAsInt() + " files and sockets open and may have " + limit.getAsLong()
				+ " (the soft limit RLIMIT_NOFILE), and a handoff needs " + needed
				+ " more. Raise the limit (ulimit -n, or LimitNOFILE= of the service) and restart, or find what keeps "
				+ "them open in /proc/" + ProcessHandle.current().pid() + "/fd.";
	}

}
