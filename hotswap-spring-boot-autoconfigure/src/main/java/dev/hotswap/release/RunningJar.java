package dev.hotswap.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The jar that this process runs, as it was at the start. The JVM reads classes from it
 * for as long as it lives and trusts the directory that it read first: where other bytes
 * are copied into the same file, the next class that is loaded fails, or a request hangs
 * for good. A rename over it is harmless, since the open file stays what it is.
 */
final class RunningJar {

	private static final Log logger = LogFactory.getLog(RunningJar.class);

	private final Path path;

	private final BasicFileAttributes start;

	private RunningJar(Path path, BasicFileAttributes start) {
		this.path = path;
		this.start = start;
	}

	/**
	 * Remember a jar.
	 * @param jar its path; symbolic links are followed now, and not later
	 * @return the jar, or {@code null} when there is no such file
	 */
	static @Nullable RunningJar remember(Path jar) {
		try {
			Path real = jar.toRealPath();
			BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
			return attributes.isRegularFile() ? new RunningJar(real, attributes) : null;
		}
		catch (IOException ex) {
			logger.debug("Cannot look at the running jar " + jar, ex);
			return null;
		}
	}

	/**
	 * Describe the file at a path by what changes when it is replaced or overwritten.
	 */
	static String describe(Path jar) throws IOException {
		Path real = jar.toRealPath();
		BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
		return real + " of " + attributes.lastModifiedTime() + ", " + attributes.size() + " bytes, "
				+ attributes.fileKey();
	}

	Path path() {
		return this.path;
	}

	/**
	 * What has become of the jar.
	 * @return {@code null} if it is the one that was started, or is out of reach, or
	 * words for an operator
	 */
	@Nullable String problem() {
		try {
			BasicFileAttributes now = Files.readAttributes(this.path, BasicFileAttributes.class);
			if (!Objects.equals(now.fileKey(), this.start.fileKey())) {
				logger.debug("Another file has been renamed to " + this.path + ", which this process does not mind");
				return null;
			}
			if (now.size() == this.start.size() && now.lastModifiedTime().equals(this.start.lastModifiedTime())) {
				return null;
			}
			return "The running jar " + this.path + " was overwritten in place while this process runs from it (it had "
					+ this.start.size() + " bytes of " + this.start.lastModifiedTime() + ", now " + now.size() + " of "
					+ now.lastModifiedTime() + "). Any class that is not loaded yet may fail, and requests may hang.";
		}
		catch (NoSuchFileException ex) {
			logger.warn("The running jar " + this.path + " has been removed; this process goes on without it");
			return null;
		}
		catch (IOException ex) {
			logger.debug("Cannot look at the running jar " + this.path, ex);
			return null;
		}
	}

}
