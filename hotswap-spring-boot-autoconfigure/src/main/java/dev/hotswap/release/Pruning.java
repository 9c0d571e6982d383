package dev.hotswap.release;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Deletes old releases, but none that is current, needed or in use.
 */
final class Pruning {

	/** No version starts like that, so what is half deleted is no release. */
	private static final String PREFIX = ".pruned.";

	private final ReleaseStore store;

	private final int keep;

	private final Path proc;

	Pruning(ReleaseStore store, int keep, Path proc) {
		this.store = store;
		this.keep = keep;
		this.proc = proc;
	}

	/**
	 * Delete what is beyond the newest ones.
	 * @param needed versions to keep in any case
	 * @return the versions deleted
	 * @throws IOException if something cannot be deleted, or it cannot be told what is in
	 * use
	 */
	List<String> prune(Set<String> needed) throws IOException {
		deleteLeftOvers();
		List<ReleaseStore.Entry> releases = this.store.list();
		if (releases.size() <= this.keep) {
			return List.of();
		}
		String current = this.store.current();
		Path folders = this.store.releases().toRealPath();
		FilesInUse used = FilesInUse.read(this.proc);
		List<String> pruned = new ArrayList<>();
		for (ReleaseStore.Entry release : releases.subList(this.keep, releases.size())) {
			String version = release.version();
			if (!version.equals(current) && !needed.contains(version) && !isUsed(used, folders, version)) {
				delete(folders.resolve(version));
				pruned.add(version);
			}
		}
		return pruned;
	}

	private boolean isUsed(FilesInUse used, Path folders, String version) {
		// A command line may lead here by a symbolic link
		return used.isAnyIn(folders.resolve(version)) || used.isAnyIn(this.store.releases().resolve(version));
	}

	private static void delete(Path folder) throws IOException {
		Path renamed = folder.resolveSibling(PREFIX + folder.getFileName());
		Files.move(folder, renamed, StandardCopyOption.ATOMIC_MOVE);
		deleteAll(renamed);
	}

	/** Of processes that were killed while they deleted. */
	private void deleteLeftOvers() throws IOException {
		try (DirectoryStream<Path> folders = Files.newDirectoryStream(this.store.releases(), PREFIX + "*")) {
			for (Path folder : folders) {
				if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
					deleteAll(folder);
				}
			}
		}
	}

	private static void deleteAll(Path folder) throws IOException {
		Files.walkFileTree(folder, new SimpleFileVisitor<>() {

			@Override
			public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
				Files.deleteIfExists(file);
				return FileVisitResult.CONTINUE;
			}

			@Override
			public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException ex) throws IOException {
				if (ex != null) {
					throw ex;
				}
				Files.deleteIfExists(visited);
				return FileVisitResult.CONTINUE;
			}

		});
	}

}
