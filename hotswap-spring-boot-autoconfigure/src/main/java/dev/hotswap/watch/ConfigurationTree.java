package dev.hotswap.watch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder in which each file is a property, as {@code configtree:} locations are, which
 * Kubernetes mounts: there each name is a symbolic link through {@code ..data}, which is
 * switched when something changes.
 *
 * @param root the folder, an absolute path
 * @param eachSubfolder whether it is not the folder itself, but each of its subfolders
 * @since 0.1.0
 */
public record ConfigurationTree(Path root, boolean eachSubfolder) implements ConfigurationLocation {

	/** As in Boot's {@code ConfigTreePropertySource}. */
	private static final int MAX_DEPTH = 100;

	private static final String HIDDEN = "..";

	/**
	 * Of Vim (the number is its test of whether a folder can be written), Emacs, and many
	 * that end with a tilde.
	 */
	private static final Pattern TEMPORARY = Pattern.compile(".*~|4913|\\.#.*|#.*#|\\..*\\.sw[a-z]x?");

	@Override
	public List<ConfigurationFile> files() throws IOException {
		return find((path, name) -> Files.isRegularFile(path) && !isTemporary(name)).stream()
			.map((path) -> new ConfigurationFile(path, null))
			.toList();
	}

	@Override
	public void addTo(WatchedFolders folders) throws IOException {
		folders.addPath(this.root);
		if (this.eachSubfolder) {
			folders.add(this.root, (name) -> !isTemporary(name));
		}
		for (Path folder : find((path, name) -> Files.isDirectory(path))) {
			folders.addPath(folder);
			folders.add(folder, (name) -> !isTemporary(name));
		}
		for (Path link : find((path, name) -> Files.isSymbolicLink(path))) {
			folders.addPath(link);
		}
	}

	private List<Path> find(BiPredicate<Path, String> wanted) throws IOException {
		List<Path> found = new ArrayList<>();
		for (Path tree : this.eachSubfolder ? ConfigurationFolder.subfolders(this.root) : List.of(this.root)) {
			if (Files.isDirectory(tree)) {
				find(tree, wanted, found);
			}
		}
		return found;
	}

	private static void find(Path tree, BiPredicate<Path, String> wanted, List<Path> found) throws IOException {
		try (Stream<Path> paths = Files.find(tree, MAX_DEPTH, (path, attributes) -> !isHidden(tree.relativize(path))
				&& wanted.test(path, path.getFileName().toString()), FileVisitOption.FOLLOW_LINKS)) {
			paths.forEach(found::add);
		}
		catch (UncheckedIOException ex) {
			// A link that leads back, or what has just been removed
			throw ex.getCause();
		}
	}

	private static boolean isHidden(Path relative) {
		for (Path element : relative) {
			if (element.toString().startsWith(HIDDEN)) {
				return true;
			}
		}
		return false;
	}

	private static boolean isTemporary(String name) {
		return TEMPORARY.matcher(name).matches();
	}

}
