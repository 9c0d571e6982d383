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
import java.util.stream.Stream;

/**
 * Where the archives of an application's releases are kept. Who can write to it decides
 * what code the application runs, so nobody else may. Several processes may use it at
 * once.
 *
 * @param path the real path
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
	 * Create a folder where it is missing, and check who can write to it.
	 * @throws IOException if it cannot be used
	 */
	static ArchiveFolder open(Path path) throws IOException {
		if (Files.notExists(path)) {
			Files.createDirectories(path.toAbsolutePath(),
					PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
		}
		Path folder = path.toRealPath();
		if (!Files.isDirectory(folder)) {
			throw new IOException(folder + " is no folder");
		}
		if (folder.toString().indexOf(':') >= 0) {
			throw new IOException("the JVM takes no archive from a folder with a colon in its name: " + folder);
		}
		checkOwner(folder);
		return new ArchiveFolder(folder);
	}

	/**
	 * Where the archive with a key is, or would be.
	 */
	Path archive(String key) {
		return this.path.resolve(PREFIX + key + SUFFIX);
	}

	/**
	 * Create the folder of a training run, so that nobody uses what is not complete.
	 */
	Path begin() throws IOException {
		return Files.createTempDirectory(this.path, UNFINISHED);
	}

	/**
	 * Let others use a complete archive.
	 */
	void publish(Path complete, Path archive) throws IOException {
		Files.setPosixFilePermissions(complete, PosixFilePermissions.fromString("rw-------"));
		Files.move(complete, archive, StandardCopyOption.ATOMIC_MOVE);
	}

	/**
	 * Keep what a training run has printed, and delete all else that it has left.
	 * @return where it is kept
	 */
	Path end(Path run, Path output) throws IOException {
		Path log = this.path.resolve("training.log");
		if (Files.exists(output)) {
			Files.move(output, log, StandardCopyOption.ATOMIC_MOVE);
		}
		delete(run);
		return log;
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
	 * runs have left whose process was killed.
	 */
	void tidyUp() throws IOException {
		List<Path> archives = list(PREFIX + "*" + SUFFIX);
		for (Path archive : archives.subList(Math.min(KEPT, archives.size()), archives.size())) {
			Files.deleteIfExists(archive);
		}
		for (Path run : list(UNFINISHED + "*")) {
			if (lastModified(run).compareTo(FileTime.from(Instant.now().minus(ABANDONED))) < 0) {
				delete(run);
			}
		}
	}

	private static void delete(Path run) throws IOException {
		List<Path> files;
		try (Stream<Path> walk = Files.walk(run)) {
			files = walk.sorted(Comparator.reverseOrder()).toList();
		}
		for (Path file : files) {
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
