package dev.hotswap.precheck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DiskPrecheck}.
 */
class DiskPrecheckTests {

	private static final long MIB = 1024 * 1024;

	@TempDir
	private Path folder;

	@Test
	void agreesWhereThereIsEnoughAndLeavesNothing() {
		assertThat(new DiskPrecheck(this.folder, this.folder.resolve("logs/app.log"), 1).refuse()).isNull();
		assertThat(this.folder).isEmptyDirectory();
	}

	@Test
	void temporaryFolderThatIsFullIsTold() {
		assertThat(new DiskPrecheck(this.folder, null, 64 * MIB, (asked) -> 3 * MIB).refuse()).contains(
				this.folder.toString(), "java.io.tmpdir", "3 MiB free", "64 MiB", "hotswap.prechecks.disk.required");
	}

	@Test
	void logsDiskThatIsFullIsTold() throws IOException {
		Path logs = Files.createDirectory(this.folder.resolve("logs"));
		assertThat(new DiskPrecheck(this.folder, logs.resolve("not/yet/app.log"), 64 * MIB,
				(asked) -> asked.equals(logs) ? 0 : 64 * MIB)
			.refuse()).contains(logs.toString(), "for the log", "0 MiB free");
	}

	@Test
	void temporaryFolderThatIsGoneIsTold() {
		Path gone = this.folder.resolve("gone");
		assertThat(new DiskPrecheck(gone, null, 1).refuse()).contains(gone.toString(), "does not exist");
	}

	@Test
	void temporaryFolderInWhichNoFileCanBeCreatedIsTold() {
		// Not even root can create files there
		Path procfs = Path.of("/proc/self");
		assertThat(new DiskPrecheck(procfs, null, 1, (asked) -> MIB).refuse()).contains(procfs.toString(),
				"No file can be created");
	}

	@Test
	void unknownRefusesNothing() {
		assertThat(new DiskPrecheck(this.folder, Path.of("app.log"), Long.MAX_VALUE, (asked) -> {
			throw new IOException("unknown");
		}).refuse()).isNull();
	}

}
