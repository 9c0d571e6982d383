package dev.hotswap.precheck;

import java.util.OptionalInt;
import java.util.OptionalLong;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a handoff while this process is so close to its limit of open files that a
 * handoff could not get the descriptors it needs: requests would fail for want of them,
 * too. Thread-safe.
 * <p>
 * To count them takes one itself. So where they cannot be counted any more, there is none
 * left; the text of EMFILE says nothing, since it is in the language of the process.
 *
 * @since 0.1.0
 */
public final class DescriptorPrecheck implements LocalPrecheck {

	/**
	 * The launch's pipes, the control connections, a listener twice, /proc, classes.
	 */
	private static final int HANDOFF = 64;

	/** A connection that moves is held twice until the successor answers for it. */
	private static final int OUTSTANDING = 256;

	private static final Log logger = LogFactory.getLog(DescriptorPrecheck.class);

	private final boolean transfer;

	private final SystemFiles files;

	private final OptionalLong firstLimit;

	private final boolean countable;

	/**
	 * Create a precheck. Looks at once at what it cannot see any more when no descriptor
	 * is left.
	 * @param transfer whether connections move to the successor
	 */
	public DescriptorPrecheck(boolean transfer) {
		this(transfer, SystemFiles.ofThisMachine());
	}

	DescriptorPrecheck(boolean transfer, SystemFiles files) {
		this.transfer = transfer;
		this.files = files;
		this.firstLimit = limit();
		this.countable = open().isPresent();
	}

	@Override
	public @Nullable String refuse() {
		OptionalInt counted = open();
		boolean exhausted = counted.isEmpty() && this.countable;
		OptionalLong limit = limit();
		if (limit.isEmpty()) {
			limit = this.firstLimit;
		}
		if (limit.isEmpty() || (counted.isEmpty() && !exhausted)) {
			logger.debug("The limit of open files is unknown, or there is none");
			return null;
		}
		long open = exhausted ? limit.getAsLong() : counted.getAsInt();
		// No more connections can move than there are descriptors
		long needed = HANDOFF + (this.transfer ? Math.min(OUTSTANDING, open) : 0);
		if (limit.getAsLong() - open >= needed) {
			return null;
		}
		return "This process has " + open + " files and sockets open and may have " + limit.getAsLong()
				+ " (the soft limit RLIMIT_NOFILE), and a handoff needs " + needed
				+ " more. Raise the limit (ulimit -n, or LimitNOFILE= of the service) and restart, or find what keeps "
				+ "them open in /proc/" + ProcessHandle.current().pid() + "/fd.";
	}

	private OptionalLong limit() {
		return Fields.find(this.files.read("proc/self/limits"), "Max open files ");
	}

	private OptionalInt open() {
		return this.files.count("proc/self/fd");
	}

}
