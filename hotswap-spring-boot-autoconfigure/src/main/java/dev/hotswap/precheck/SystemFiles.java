package dev.hotswap.precheck;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * What the kernel tells in {@code /proc} and {@code /sys/fs/cgroup}, below a root that
 * tests replace. Nothing here throws: what cannot be read is unknown.
 *
 * @param root {@code /}
 */
record SystemFiles(Path root) {

	private static final int MAX_LENGTH = 64 * 1024;

	private static final Log logger = LogFactory.getLog(SystemFiles.class);

	static SystemFiles ofThisMachine() {
		return new SystemFiles(Path.of("/"));
	}

	/**
	 * Read a file, a short one in one read, since a sysctl's file gives nothing from an
	 * offset on.
	 * @param path its path, without a slash at the start
	 */
	Optional<String> read(String path) {
		Path file = this.root.resolve(path);
		try (InputStream in = Files.newInputStream(file)) {
			byte[] content = new byte[MAX_LENGTH];
			return Optional.of(new String(content, 0, in.readNBytes(content, 0, MAX_LENGTH), StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			logger.debug("Cannot read " + file, ex);
			return Optional.empty();
		}
	}

	/**
	 * How many entries a folder has.
	 */
	OptionalInt count(String path) {
		Path folder = this.root.resolve(path);
		try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
			int count = 0;
			for (Path ignored : entries) {
				count++;
			}
			return OptionalInt.of(count);
		}
		catch (IOException | DirectoryIteratorException ex) {
			logger.debug("Cannot list " + folder, ex);
			return OptionalInt.empty();
		}
	}

}
