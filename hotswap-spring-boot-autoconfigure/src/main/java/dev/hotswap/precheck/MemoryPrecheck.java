package dev.hotswap.precheck;

import java.util.Optional;
import java.util.OptionalLong;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a handoff while there is not enough memory for a second process like this one,
 * on the machine or within the limits of its control groups: the kernel would kill one of
 * the two, and not necessarily the new one. Thread-safe.
 *
 * @since 0.1.0
 */
public final class MemoryPrecheck implements LocalPrecheck {

	private static final Log logger = LogFactory.getLog(MemoryPrecheck.class);

	private final @Nullable Long required;

	private final SystemFiles files;

	/**
	 * Create a precheck.
	 * @param required bytes that the successor needs, or {@code null} for as many as this
	 * process has in memory that it shares with no file
	 */
	public MemoryPrecheck(@Nullable Long required) {
		this(required, SystemFiles.ofThisMachine());
	}

	MemoryPrecheck(@Nullable Long required, SystemFiles files) {
		this.required = required;
		this.files = files;
	}

	@Override
	public @Nullable String refuse() {
		OptionalLong needed = (this.required != null) ? OptionalLong.of(this.required) : ownMemory();
		if (needed.isEmpty()) {
			logger.warn("It is unknown how much memory this process uses, so whether there is enough for a successor");
			return null;
		}
		for (MemoryLimits.Available available : new MemoryLimits(this.files).available()) {
			if (available.bytes() < needed.getAsLong()) {
				return "There is not enough memory for a second process: "
						+ ((this.required != null) ? "hotswap.prechecks.memory.required is "
								: "it may need as much as this one uses, ")
						+ Fields.mebibytes(needed.getAsLong()) + ", and " + available.where() + " has "
						+ Fields.mebibytes(available.bytes()) + " left. Free memory, raise the limit, lower -Xmx, or "
						+ "set hotswap.prechecks.memory.required to what the successor needs while both run.";
			}
		}
		return null;
	}

	/**
	 * Heap, metaspace, code, stacks and buffers; pages of files are shared by both
	 * processes. Kernels before 4.5 do not tell them apart.
	 */
	private OptionalLong ownMemory() {
		Optional<String> status = this.files.read("proc/self/status");
		OptionalLong anonymous = Fields.find(status, "RssAnon:");
		if (anonymous.isEmpty()) {
			return Fields.find(status, "VmRSS:");
		}
		return OptionalLong.of(anonymous.getAsLong() + Fields.find(status, "RssShmem:").orElse(0));
	}

}
