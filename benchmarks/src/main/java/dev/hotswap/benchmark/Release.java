package dev.hotswap.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import dev.hotswap.it.harness.Jars;
import dev.hotswap.it.harness.Platform;

/**
 * The application as it is deployed: jars, and a folder in which the starter keeps
 * archives of their classes.
 *
 * @param jars makes the jars
 * @param folder where archives are
 */
record Release(Jars jars, Path folder) {

	Release(Path folder) {
		this(new Jars(folder), folder);
	}

	/**
	 * Where the archives of a platform are.
	 * @param platform the platform
	 * @return the folder, which need not exist
	 */
	Path archives(Platform platform) {
		return this.folder.resolve("archives-" + platform.server() + "-" + platform.jdk().feature());
	}

	/**
	 * Whether the starter has made one.
	 * @param platform the platform
	 * @return whether there is one
	 */
	boolean hasArchive(Platform platform) {
		if (!Files.isDirectory(archives(platform))) {
			return false;
		}
		try (Stream<Path> files = Files.list(archives(platform))) {
			return files.anyMatch((file) -> file.toString().endsWith(".archive"));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
