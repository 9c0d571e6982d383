package dev.hotswap.precheck;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How much memory can still be had: what the machine has, and what each control group
 * around this process leaves. See proc_meminfo(5), and the kernel's documentation of
 * cgroup-v1 (memory.rst) and cgroup-v2.
 *
 * @param files the system
 */
record MemoryLimits(SystemFiles files) {

	private static final String V2 = "sys/fs/cgroup";

	private static final String V1 = "sys/fs/cgroup/memory";

	/** Version 1 has no word for it, but a number of pages beyond all memory. */
	private static final long UNLIMITED = 1L << 60;

	/**
	 * What is left within each limit that is known.
	 */
	List<Available> available() {
		List<Available> available = new ArrayList<>();
		Fields.find(this.files.read("proc/meminfo"), "MemAvailable:")
			.ifPresent((bytes) -> available.add(new Available("the machine (MemAvailable)", bytes)));
		for (String line : this.files.read("proc/self/cgroup").orElse("").split("\n")) {
			String[] parts = line.split(":", 3);
			if (parts.length == 3 && parts[0].equals("0") && parts[1].isEmpty()) {
				groups(V2, parts[2]).forEach((group) -> version2(group).ifPresent(available::add));
			}
			else if (parts.length == 3 && List.of(parts[1].split(",")).contains("memory")) {
				groups(V1, parts[2]).forEach((group) -> version1(group).ifPresent(available::add));
			}
		}
		return available;
	}

	/**
	 * The group and those around it. In a container only some of the names lead anywhere,
	 * and the mount's root is the container's group.
	 */
	private static List<String> groups(String mount, String path) {
		List<String> groups = new ArrayList<>();
		String rest = path;
		for (int slash = rest.lastIndexOf('/'); slash >= 0; slash = rest.lastIndexOf('/')) {
			if (slash < rest.length() - 1) {
				groups.add(mount + rest);
			}
			rest = rest.substring(0, slash);
		}
		groups.add(mount);
		return groups;
	}

	private Optional<Available> version2(String group) {
		OptionalLong max = Fields.number(this.files.read(group + "/memory.max"));
		OptionalLong high = Fields.number(this.files.read(group + "/memory.high"));
		OptionalLong limit = (high.isPresent() && (max.isEmpty() || high.getAsLong() < max.getAsLong())) ? high : max;
		return within(group, limit, "memory.current", "inactive_file ");
	}

	private Optional<Available> version1(String group) {
		OptionalLong limit = Fields.number(this.files.read(group + "/memory.limit_in_bytes"));
		if (limit.isPresent() && limit.getAsLong() >= UNLIMITED) {
			return Optional.empty();
		}
		return within(group, limit, "memory.usage_in_bytes", "total_inactive_file ");
	}

	/**
	 * File pages that nobody uses are counted, but given back when memory is short.
	 */
	private Optional<Available> within(String group, OptionalLong limit, String usageFile, String reclaimableField) {
		OptionalLong usage = Fields.number(this.files.read(group + "/" + usageFile));
		if (limit.isEmpty() || usage.isEmpty()) {
			return Optional.empty();
		}
		long reclaimable = Fields.find(this.files.read(group + "/memory.stat"), reclaimableField).orElse(0);
		long used = Math.max(usage.getAsLong() - reclaimable, 0);
		return Optional.of(new Available(
				"the control group /" + group + " (limit " + Fields.mebibytes(limit.getAsLong()) + ", used "
						+ Fields.mebibytes(used) + " without file pages that can be given back)",
				Math.max(limit.getAsLong() - used, 0)));
	}

	/**
	 * Memory that can still be had.
	 *
	 * @param where within which limit
	 * @param bytes how much
	 */
	record Available(String where, long bytes) {

	}

}
