package dev.hotswap.autoconfigure;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.hotswap.watch.ConfigurationFolder;
import dev.hotswap.watch.ConfigurationLocation;
import dev.hotswap.watch.ConfigurationTree;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.config.ConfigDataLocation;
import org.springframework.boot.context.config.ConfigDataResource;
import org.springframework.boot.context.config.StandardConfigDataResource;

/**
 * Where on disk Boot looks for what a location names. Follows Boot's
 * {@code StandardConfigDataLocationResolver} and
 * {@code ConfigTreeConfigDataLocationResolver}.
 *
 * @param names the names that are looked for in folders
 * @param extensions the extensions of the files that can be read
 */
record ConfigDataLocations(Collection<String> names, Collection<String> extensions) {

	private static final String TREE = "configtree:";

	private static final String RESOURCE = "resource:";

	private static final String FILE = "file:";

	private static final Pattern URL = Pattern.compile("[a-zA-Z][a-zA-Z0-9*]*?:.*");

	/** As in {@code extra[.yaml]}, a file without an extension. */
	private static final Pattern HINT = Pattern.compile("(.*)\\[(.*)]");

	private static final String ANY = "*";

	private static final String EACH = ANY + "/";

	/**
	 * Find the places.
	 * @param location what is to be imported
	 * @param parent what imports it, or {@code null}
	 * @return the places, none for what lies in no file
	 */
	List<ConfigurationLocation> find(ConfigDataLocation location, @Nullable ConfigDataResource parent) {
		return List.of(location.split())
			.stream()
			.map((each) -> findOne(each, parent))
			.flatMap(Optional::stream)
			.toList();
	}

	private Optional<ConfigurationLocation> findOne(ConfigDataLocation location, @Nullable ConfigDataResource parent) {
		try {
			if (location.hasPrefix(TREE)) {
				String root = location.getNonPrefixedValue(TREE);
				return Optional.of(new ConfigurationTree(absolute(root), root.endsWith(EACH)));
			}
			String path = path(location.getNonPrefixedValue(RESOURCE), parent);
			return Optional.ofNullable((path != null) ? folder(path) : null);
		}
		catch (InvalidPathException | IOException ex) {
			// Boot says what is wrong with it
			return Optional.empty();
		}
	}

	private static @Nullable String path(String value, @Nullable ConfigDataResource parent) throws IOException {
		if (value.startsWith(FILE)) {
			return value.substring(FILE.length());
		}
		if (URL.matcher(value).matches()) {
			return null;
		}
		if (value.startsWith("/") || parent == null) {
			return value;
		}
		if (parent instanceof StandardConfigDataResource resource && resource.getResource().isFile()) {
			return resource.getResource().getFile().getAbsoluteFile().getParent() + "/" + value;
		}
		return null;
	}

	private @Nullable ConfigurationLocation folder(String path) {
		if (path.endsWith("/")) {
			return new ConfigurationFolder(absolute(path), path.endsWith(EACH), Set.copyOf(this.names),
					Set.copyOf(this.extensions));
		}
		Matcher hint = HINT.matcher(path);
		Path file = absolute(hint.matches() ? hint.group(1) : path);
		String name = Objects.toString(file.getFileName(), "");
		boolean withoutExtension = hint.matches() && hint.group(2).startsWith(".");
		int dot = withoutExtension ? name.length() : name.lastIndexOf('.');
		if (dot <= 0) {
			return null;
		}
		String extension = withoutExtension ? "" : name.substring(dot + 1);
		Path folder = Objects.requireNonNull(file.getParent());
		boolean each = folder.endsWith(ANY);
		return new ConfigurationFolder(each ? Objects.requireNonNull(folder.getParent()) : folder, each,
				Set.of(name.substring(0, dot)), Set.of(extension));
	}

	private static Path absolute(String path) {
		String folder = path.endsWith(EACH) ? path.substring(0, path.length() - EACH.length()) : path;
		return Path.of(folder).toAbsolutePath().normalize();
	}

}
