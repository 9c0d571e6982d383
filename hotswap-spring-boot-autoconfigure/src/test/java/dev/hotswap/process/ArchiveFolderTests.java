package dev.hotswap.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * Tests for {@link ArchiveFolder}.
 */
class ArchiveFolderTests {

	@TempDir
	private Path parent;

	@Test
	void isCreatedForItsOwnerOnly() throws IOException {
		ArchiveFolder folder = ArchiveFolder.open(this.parent.resolve("a/b"));
		assertThat(ArchiveFolder.open(this.parent.resolve("a/b"))).isEqualTo(folder);
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.path()))).isEqualTo("rwx------");
	}

	@ParameterizedTest
	@ValueSource(strings = { "rwxrwxr-x", "rwxr-xrwx" })
	void nobodyElseMayDecideWhatRuns(String permissions) throws IOException {
		Files.setPosixFilePermissions(this.parent, PosixFilePermissions.fromString(permissions));
		assertThatIOException().isThrownBy(() -> ArchiveFolder.open(this.parent))
			.withMessageContaining("others may write")
			.withMessageContaining(permissions);
	}

	@Test
	void archiveThatOthersMayHaveWrittenIsNotUsed() throws IOException {
		ArchiveFolder folder = ArchiveFolder.open(this.parent);
		Path archive = Files.createFile(folder.archive("1"));
		folder.use(archive);
		Files.setPosixFilePermissions(archive, PosixFilePermissions.fromString("rw-rw----"));
		assertThatIOException().isThrownBy(() -> folder.use(archive)).withMessageContaining("others may write");
		Path link = Files.createSymbolicLink(folder.archive("2"), archive);
		assertThatIOException().isThrownBy(() -> folder.use(link)).withMessageContaining("symbolic link");
	}

	@Test
	void fileInItsPlaceIsAProblem() throws IOException {
		Path file = Files.createFile(this.parent.resolve("file"));
		assertThatIOException().isThrownBy(() -> ArchiveFolder.open(file)).withMessageContaining("no folder");
	}

	@Test
	void colonEndsAPathForTheJvm() {
		assertThatIOException().isThrownBy(() -> ArchiveFolder.open(this.parent.resolve("a:b")))
			.withMessageContaining("colon");
	}

	@Test
	void runLeavesItsOutputOnly() throws IOException {
		ArchiveFolder folder = ArchiveFolder.open(this.parent);
		Path run = folder.begin();
		Path other = folder.begin();
		Files.createDirectory(run.resolve("tomcat"));
		Files.createFile(run.resolve("tomcat").resolve("x"));
		Path output = Files.writeString(run.resolve("output"), "said");
		assertThat(folder.end(run, output)).hasContent("said");
		assertThat(run).doesNotExist();
		assertThat(other).exists();
	}

	@Test
	void archivesUsedLastAreKept() throws IOException {
		ArchiveFolder folder = ArchiveFolder.open(this.parent);
		for (int i = 1; i <= 5; i++) {
			old(folder.archive("key" + i), Duration.ofDays(10 - i));
		}
		folder.use(folder.archive("key1"));
		Path others = old(this.parent.resolve("notes.txt"), Duration.ofDays(99));
		Path current = old(folder.begin().resolve("a"), Duration.ofMinutes(5)).getParent();
		Path abandoned = folder.begin();
		Files.setLastModifiedTime(abandoned, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
		folder.tidyUp();
		assertThat(files()).containsExactlyInAnyOrder(folder.archive("key1"), folder.archive("key5"),
				folder.archive("key4"), others, current);
		assertThat(abandoned).doesNotExist();
	}

	private List<Path> files() throws IOException {
		try (Stream<Path> files = Files.list(this.parent)) {
			return files.toList();
		}
	}

	private static Path old(Path file, Duration age) throws IOException {
		Files.createFile(file);
		return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
	}

}
