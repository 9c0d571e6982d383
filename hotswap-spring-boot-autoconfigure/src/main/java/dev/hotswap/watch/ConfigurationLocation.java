package dev.hotswap.watch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A place that configuration is read from, whether there is anything now or not. What
 * belongs to it follows Spring Boot's {@code ConfigDataLocationResolver}s. Immutable;
 * equal to another one for the same files.
 *
 * @since 0.1.0
 */
public sealed interface ConfigurationLocation permits ConfigurationFolder, ConfigurationTree {

	/**
	 * The files that belong to it and exist now.
	 * @return the files
	 * @throws IOException if a folder cannot be read
	 */
	List<ConfigurationFile> files() throws IOException;

	/**
	 * Add the folders in which a change concerns it.
	 * @param folders where to add them
	 * @throws IOException if a folder cannot be read
	 */
	void addTo(WatchedFolders folders) throws IOException;

}
