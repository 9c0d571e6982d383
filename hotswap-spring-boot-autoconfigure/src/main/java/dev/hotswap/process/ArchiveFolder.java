package dev.hotswap.process;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * Where the archives of an application's releases are kept. Who can write to it decides
 * what code the application runs, so nobody else may.
 *
 * @param path the folder
 */
record ArchiveFolder(Path path) {

	/** Enough to go back to the release before the last. */
	private static final int KEPT = 3;

	private static final String PREFIX = "hotswap-";

	private static final String SUFFIX = ".archive";

	private static final String UNFINISHED = "unfinished-";

	/** Longer than a training run may take. */
	private static final Duration ABANDONED = Duration.ofHours(1);

	/**
	 * Create it where it is missing, and check who can write to it.
	 * @throws IOException if it cannot be used; the message says why
	 */
	void prepare() throws IOException {
		if (Files.notExists(this.path)) {
			Files.createDirectories(this.path.toAbsolutePath().getParent());
			Files.createDirectory(this.path,
					PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
		}
		if (!Files.isDirectory(this.path)) {
			throw new IOException(this.path + " is no folder");
		}
		checkOwner(this.path.toRealPath());
	}

	/**
	 * Where the archive with a key is, or would be.
	 */
	Path archive(String key) {
		return this.path.resolve(PREFIX + key + SUFFIX);
	}

	/**
	 * Where an archive is made, so that nobody uses it before it is complete.
	 */
	Path unfinished(String key) {
		return this.path.resolve(UNFINISHED + key + "-" + ProcessHandle.current().pid());
	}

	/**
	 * What the latest training run has printed.
	 */
	Path log() {
		return this.path.resolve("training.log");
	}

	/**
	 * Let others use a complete archive.
	 */
	void publish(Path unfinished, Path archive) throws IOException {
		Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rw-------"));
		Files.move(unfinished, archive, StandardCopyOption.ATOMIC_MOVE);
	}

	/**
	 * Note that an archive is in use.
	 * @throws IOException if it should not be
	 */
	void use(Path archive) throws IOException {
		checkOwner(archive);
		Files.setLastModifiedTime(archive, FileTime.from(Instant.now()));
	}

	/**
	 * Delete what is no longer needed: archives but those used last, and what training
	 * runs have left that did not come to their end.
	 */
	void tidyUp() throws IOException {
		List<Path> archives = list(PREFIX + "*" + SUFFIX);
		for (Path archive : archives.subList(Math.min(KEPT, archives.size()), archives.size())) {
			Files.deleteIfExists(archive);
		}
		for (Path unfinished : list(UNFINISHED + "*")) {
			if (lastModified(unfinished).toInstant().isBefore(Instant.now().minus(ABANDONED))) {
				Files.deleteIfExists(unfinished);
			}
		}
	}

	/**
	 * Delete what a training run of this process has left.
	 */
	void discard(Path unfinished) throws IOException {
		for (Path file : list(unfinished.getFileName() + "*")) {
			Files.deleteIfExists(file);
		}
	}

	/** The latest first. */
	private List<Path> list(String glob) throws IOException {
		List<Path> files = new ArrayList<>();
		try (DirectoryStream<Path> stream = Files.newDirectoryStream(this.path, glob)) {
			stream.forEach(files::add);
		}
		files.sort(Comparator.comparing(ArchiveFolder::lastModified).reversed());
		return files;
	}

	private static FileTime lastModified(Path file) {
		try {
			return Files.getLastModifiedTime(file);
		}
		catch (IOException ex) {
			// Somebody else has deleted it
			return FileTime.fromMillis(0);
		}
	}

	private static void checkOwner(Path file) throws IOException {
		PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class,
				LinkOption.NOFOLLOW_LINKS);
		if (attributes.isSymbolicLink()) {
			throw new IOException(file + " is a symbolic link");
		}
		if (!attributes.owner().equals(Files.getOwner(Path.of("/proc/self")))) {
			throw new IOException(file + " belongs to " + attributes.owner().getName());
		}
		Set<PosixFilePermission> permissions = attributes.permissions();
		if (permissions.contains(PosixFilePermission.GROUP_WRITE)
				|| permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
			throw new IOException("others may write to " + file + " (" + PosixFilePermissions.toString(permissions)
					+ "), and so decide what runs here");
		}
	}

}
