package dev.hotswap.precheck;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A system made of files.
 */
final class TestSystem {

	private final Path root;

	TestSystem(Path root) {
		this.root = root;
	}

	SystemFiles files() {
		return new SystemFiles(this.root);
	}

	TestSystem file(String path, String content) {
		try {
			Path file = this.root.resolve(path);
			Files.createDirectories(file.getParent());
			Files.writeString(file, content);
			return this;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
