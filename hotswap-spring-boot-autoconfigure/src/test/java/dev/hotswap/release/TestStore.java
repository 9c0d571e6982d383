package dev.hotswap.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

/**
 * A store on disk, each release of which is newer than the one before.
 */
final class TestStore {

	final Path directory;

	private long time = 1_000_000;

	TestStore(Path directory) throws IOException {
		this.directory = directory;
		Files.createDirectory(directory.resolve("releases"));
	}

	ReleaseStore store(ReleaseVerification verification) {
		return new ReleaseStore(this.directory, verification);
	}

	/** A release as a deployment leaves it. */
	Path release(String version) throws IOException {
		Path folder = folder(version);
		Path jar = Files.writeString(folder.resolve("app-" + version + ".jar"), "jar of " + version);
		checksum(jar, Sha256File.actual(jar) + "  " + jar.getFileName() + "\n");
		touch(folder);
		return jar;
	}

	Path folder(String version) throws IOException {
		return Files.createDirectory(this.directory.resolve("releases").resolve(version));
	}

	void touch(Path folder) throws IOException {
		this.time += 1000;
		Files.setLastModifiedTime(folder, FileTime.fromMillis(this.time));
	}

	static void checksum(Path jar, String content) throws IOException {
		Files.writeString(jar.resolveSibling(jar.getFileName() + ".sha256"), content);
	}

	Path current() {
		return this.directory.resolve("current");
	}

}
