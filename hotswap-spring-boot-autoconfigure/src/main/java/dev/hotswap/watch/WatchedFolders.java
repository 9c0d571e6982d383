package dev.hotswap.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Folders to watch, and whose changes in them matter. It is always the folder of a name
 * that is watched and never a file: editors and deployments replace files, and a watch
 * would stay with the replaced one. One thread at a time.
 */
final class WatchedFolders {

	private final Map<Path, Names> folders = new LinkedHashMap<>();

	private final Set<Path> followed = new HashSet<>();

	/**
	 * Watch some names in a folder.
	 */
	void add(Path folder, Predicate<String> names) {
		if (Files.isDirectory(folder)) {
			names(folder).patterns().add(names);
		}
	}

	/**
	 * Watch everything on which it depends where a path leads: each of its names, and
	 * those of all symbolic links on the way.
	 * @param path an absolute path, which need not exist
	 * @throws IOException if a symbolic link cannot be read
	 */
	void addPath(Path path) throws IOException {
		Path folder = path.getRoot();
		for (Path each : path) {
			if (!Files.isDirectory(folder)) {
				return;
			}
			names(folder).exact().add(each.toString());
			Path entry = folder.resolve(each);
			if (Files.isSymbolicLink(entry) && this.followed.add(entry)) {
				// Where a folder's own path has links, '..' leads on from its real one
				addPath(folder.toRealPath().resolve(Files.readSymbolicLink(entry)).normalize());
			}
			folder = entry;
		}
	}

	private Names names(Path folder) {
		return this.folders.computeIfAbsent(folder, (key) -> new Names(new HashSet<>(), new ArrayList<>()));
	}

	Map<Path, ? extends Predicate<String>> folders() {
		return this.folders;
	}

	/**
	 * Names that matter in a folder.
	 *
	 * @param exact some of them
	 * @param patterns those of all others
	 */
	private record Names(Set<String> exact, List<Predicate<String>> patterns) implements Predicate<String> {

		@Override
		public boolean test(String name) {
			return this.exact.contains(name) || this.patterns.stream().anyMatch((pattern) -> pattern.test(name));
		}

	}

}
