package dev.hotswap.watch;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A file that configuration is read from.
 *
 * @param path its absolute path, in which symbolic links are not followed
 * @param profile the profile that it is for, or {@code null} if it is for any
 */
record ConfigurationFile(Path path, @Nullable String profile) implements Comparable<ConfigurationFile> {

	/** One that is imported by name may be a profile's by name as well. */
	private static final Comparator<ConfigurationFile> ORDER = Comparator.comparing(ConfigurationFile::path)
		.thenComparing(ConfigurationFile::profile, Comparator.nullsFirst(Comparator.naturalOrder()));

	boolean isFor(Set<String> profiles) {
		return this.profile == null || profiles.contains(this.profile);
	}

	@Override
	public int compareTo(ConfigurationFile other) {
		return ORDER.compare(this, other);
	}

}
