package dev.hotswap.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Folders to watch, and whose changes in them matter. It is always the folder of a name
 * that is watched and never a file: editors and deployments replace files, and a watch
 * would stay with the replaced one. One thread at a time.
 */
final class WatchedFolders {

	/** As many as the kernel follows, see path_resolution(7). */
	private static final int MAX_LINKS = 40;

	private final Map<Path, Predicate<String>> folders = new LinkedHashMap<>();

	WatchedFolders() {
	}

	/**
	 * Watch some names in a folder.
	 */
	void add(Path folder, Predicate<String> names) {
		if (Files.isDirectory(folder)) {
			this.folders.merge(folder, names, Predicate::or);
		}
	}

	/**
	 * Watch everything on which it depends where a path leads: each of its names, and
	 * those of all symbolic links on the way.
	 * @param path an absolute path, which need not exist
	 * @throws IOException if a symbolic link cannot be read
	 */
	void addPath(Path path) throws IOException {
		addPath(path, MAX_LINKS);
	}

	private void addPath(Path path, int links) throws IOException {
		Path folder = path.getRoot();
		for (Path each : path) {
			String name = each.toString();
			add(folder, name::equals);
			Path entry = folder.resolve(each);
			if (Files.isSymbolicLink(entry) && links > 0) {
				// Where a folder's own path has links, '..' leads on from its real one
				addPath(folder.toRealPath().resolve(Files.readSymbolicLink(entry)).normalize(), links - 1);
			}
			folder = entry;
		}
	}

	Map<Path, Predicate<String>> folders() {
		return this.folders;
	}

}
