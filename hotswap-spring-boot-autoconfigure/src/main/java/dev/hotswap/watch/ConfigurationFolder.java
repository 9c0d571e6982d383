package dev.hotswap.watch;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Some files of a folder, by their names: {@code <name>.<extension>} and
 * {@code <name>-<profile>.<extension>}.
 *
 * @param folder the folder, an absolute path
 * @param eachSubfolder whether it is not the folder itself, but each of its subfolders
 * @param names the names
 * @param extensions the extensions without a dot, or an empty one for a file without
 * @since 0.1.0
 */
public record ConfigurationFolder(Path folder, boolean eachSubfolder, Set<String> names,
		Set<String> extensions) implements ConfigurationLocation {

	/** Of those that Kubernetes makes for itself; Boot passes them over, too. */
	private static final String HIDDEN = "..";

	/**
	 * Create a location.
	 * @param folder the folder, an absolute path
	 * @param eachSubfolder whether it is not the folder itself, but each of its
	 * subfolders
	 * @param names the names
	 * @param extensions the extensions without a dot, or an empty one for a file without
	 */
	public ConfigurationFolder {
		names = Set.copyOf(names);
		extensions = Set.copyOf(extensions);
	}

	@Override
	public List<ConfigurationFile> files() throws IOException {
		List<ConfigurationFile> files = new ArrayList<>();
		for (Path each : folders()) {
			for (Path file : list(each, (entry) -> match(entry.getFileName().toString()) != null)) {
				Match match = match(file.getFileName().toString());
				if (match != null && Files.isRegularFile(file)) {
					files.add(new ConfigurationFile(file, match.profile()));
				}
			}
		}
		return files;
	}

	@Override
	public void addTo(WatchedFolders folders) throws IOException {
		folders.addPath(this.folder);
		if (this.eachSubfolder) {
			folders.add(this.folder, (name) -> !name.startsWith(HIDDEN));
		}
		for (Path each : folders()) {
			folders.addPath(each);
			folders.add(each, (name) -> match(name) != null);
		}
		for (ConfigurationFile file : files()) {
			folders.addPath(file.path());
		}
	}

	private List<Path> folders() throws IOException {
		return this.eachSubfolder ? subfolders(this.folder) : List.of(this.folder);
	}

	static List<Path> subfolders(Path folder) throws IOException {
		return list(folder, (each) -> Files.isDirectory(each) && !each.getFileName().toString().startsWith(HIDDEN));
	}

	/** Keeps what is wanted only: the folder may be one with a million files. */
	private static List<Path> list(Path folder, DirectoryStream.Filter<Path> wanted) throws IOException {
		if (!Files.isDirectory(folder)) {
			return List.of();
		}
		List<Path> entries = new ArrayList<>();
		try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, wanted)) {
			stream.forEach(entries::add);
		}
		catch (AccessDeniedException ex) {
			// Boot finds nothing there, either
			return List.of();
		}
		catch (DirectoryIteratorException ex) {
			throw ex.getCause();
		}
		return entries;
	}

	private @Nullable Match match(String fileName) {
		for (String extension : this.extensions) {
			String ending = extension.isEmpty() ? "" : "." + extension;
			if (!fileName.endsWith(ending)) {
				continue;
			}
			String stem = fileName.substring(0, fileName.length() - ending.length());
			if (this.names.contains(stem)) {
				return new Match(null);
			}
			Optional<String> longest = this.names.stream()
				.filter((name) -> stem.startsWith(name + "-"))
				.max(Comparator.comparingInt(String::length));
			if (longest.isPresent()) {
				return new Match(stem.substring(longest.get().length() + 1));
			}
		}
		return null;
	}

	/**
	 * A name that belongs here.
	 *
	 * @param profile the profile in it, or {@code null}
	 */
	private record Match(@Nullable String profile) {

	}

}
