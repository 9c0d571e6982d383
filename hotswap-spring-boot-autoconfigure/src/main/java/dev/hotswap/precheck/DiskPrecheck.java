package dev.hotswap.precheck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

import dev.hotswap.HandoffPrecheck;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a handoff while there is no room for what the successor writes as it starts:
 * its temporary files and its log. Thread-safe.
 *
 * @since 0.1.0
 */
public final class DiskPrecheck implements HandoffPrecheck {

	private static final Log logger = LogFactory.getLog(DiskPrecheck.class);

	private final Path temporary;

	private final Map<String, Path> folders = new LinkedHashMap<>();

	private final long required;

	private final UsableSpace usableSpace;

	/**
	 * Create a precheck.
	 * @param temporary the folder for temporary files, which must be there and writable
	 * @param log the folder or file of the log, or {@code null} where it is not known
	 * @param required bytes that must be free for each
	 */
	public DiskPrecheck(Path temporary, @Nullable Path log, long required) {
		this(temporary, log, required, (folder) -> Files.getFileStore(folder).getUsableSpace());
	}

	DiskPrecheck(Path temporary, @Nullable Path log, long required, UsableSpace usableSpace) {
		this.temporary = temporary;
		this.folders.put("temporary files (java.io.tmpdir)", temporary);
		if (log != null) {
			this.folders.put("the log", log.toAbsolutePath());
		}
		this.required = required;
		this.usableSpace = usableSpace;
	}

	@Override
	public @Nullable String refuse() {
		if (!Files.isDirectory(this.temporary)) {
			return "The folder for temporary files " + this.temporary
					+ " does not exist, and the successor needs it. Create it, or give hotswap.launch.jvm-options "
					+ "another -Djava.io.tmpdir.";
		}
		for (Map.Entry<String, Path> folder : this.folders.entrySet()) {
			String refusal = tooLittle(folder.getKey(), folder.getValue());
			if (refusal != null) {
				return refusal;
			}
		}
		return probe();
	}

	private @Nullable String tooLittle(String purpose, Path path) {
		Path existing = path;
		while (existing != null && !Files.isDirectory(existing)) {
			existing = existing.getParent();
		}
		if (existing == null) {
			return null;
		}
		try {
			long usable = this.usableSpace.of(existing);
			return (usable >= this.required) ? null
					: "The disk of " + existing + ", for " + purpose + ", has " + Fields.mebibytes(usable)
							+ " free, and a second process is to have " + Fields.mebibytes(this.required)
							+ ". Free some, or set hotswap.prechecks.disk.required.";
		}
		catch (IOException ex) {
			logger.debug("It is unknown how much the disk of " + existing + " has free", ex);
			return null;
		}
	}

	/**
	 * A disk may have bytes but no inodes left, or be read-only, or the user may have
	 * used up a quota.
	 */
	private @Nullable String probe() {
		try {
			Files.delete(Files.createTempFile(this.temporary, "hotswap-", ".probe"));
			return null;
		}
		catch (IOException ex) {
			return "No file can be created in the folder for temporary files " + this.temporary + " (" + ex
					+ "), and the successor must. See its permissions, and whether the disk has inodes left (df -i).";
		}
	}

	/**
	 * How much a disk has free.
	 */
	@FunctionalInterface
	interface UsableSpace {

		/**
		 * Ask.
		 * @param folder a folder on it, which exists
		 * @return bytes that this user may still write
		 * @throws IOException if it cannot be told
		 */
		long of(Path folder) throws IOException;

	}

}
