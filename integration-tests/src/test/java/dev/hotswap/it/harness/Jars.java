package dev.hotswap.it.harness;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * Makes jars of folders of classes, since an archive of class data can hold no classes
 * from folders. Used by one thread at a time.
 */
public final class Jars {

	private final Path folder;

	private final Map<String, Path> jars = new HashMap<>();

	/**
	 * Prepare to make jars.
	 * @param folder where to put them, which the caller deletes
	 */
	public Jars(Path folder) {
		this.folder = folder;
	}

	/**
	 * A class path with jars in the place of folders.
	 */
	String packaged(ClassPath classPath) {
		List<String> packaged = new ArrayList<>();
		for (String entry : classPath.toString().split(File.pathSeparator)) {
			boolean isFolder = Files.isDirectory(Path.of(entry));
			packaged.add(isFolder ? this.jars.computeIfAbsent(entry, this::jar).toString() : entry);
		}
		return String.join(File.pathSeparator, packaged);
	}

	private Path jar(String classes) {
		Path source = Path.of(classes);
		Path jar = this.folder.resolve("%d.jar".formatted(this.jars.size()));
		try (JarOutputStream output = new JarOutputStream(Files.newOutputStream(jar));
				Stream<Path> files = Files.walk(source)) {
			for (Path file : files.filter((path) -> !path.equals(source)).toList()) {
				// Spring finds components in a jar by the entries of its folders
				boolean isFolder = Files.isDirectory(file);
				output.putNextEntry(new JarEntry(source.relativize(file) + (isFolder ? "/" : "")));
				if (!isFolder) {
					Files.copy(file, output);
				}
				output.closeEntry();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return jar;
	}

}
