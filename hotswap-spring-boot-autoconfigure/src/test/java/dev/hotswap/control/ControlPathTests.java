package dev.hotswap.control;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ControlPath}.
 */
class ControlPathTests {

	@TempDir
	private Path temporary;

	@Test
	void missingFolderIsCreatedForTheOwnerOnly() throws Exception {
		Path folder = this.temporary.resolve("control");
		new ControlPath(folder.resolve("a.sock")).prepare();
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder))).isEqualTo("rwx------");
		assertThatCode(() -> new ControlPath(folder.resolve("a.sock")).prepare()).doesNotThrowAnyException();
	}

	@Test
	void folderThatIsOpenToOthersIsRefusedWithTheCommandThatHelps() throws Exception {
		for (String mode : new String[] { "rwxr-x---", "rwx-----x", "rwx--x---" }) {
			Path folder = Files.createTempDirectory(this.temporary, "open");
			Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(mode));
			assertRefused(folder.resolve("a.sock"), "chmod 700 " + folder);
		}
	}

	@Test
	void symbolicLinkIsRefused() throws Exception {
		Path real = Files.createDirectory(this.temporary.resolve("real"),
				PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
		Path link = Files.createSymbolicLink(this.temporary.resolve("link"), real);
		assertRefused(link.resolve("a.sock"), "is a symbolic link");
	}

	@Test
	void fileInPlaceOfTheFolderIsRefused() throws Exception {
		assertRefused(Files.createFile(this.temporary.resolve("file")).resolve("a.sock"), "is not a folder");
	}

	@Test
	void missingParentIsRefused() {
		assertRefused(this.temporary.resolve("missing/control/a.sock"), "parent folder does not exist");
	}

	@Test
	void folderOfAnotherUserIsRefused() throws Exception {
		Assumptions.assumeTrue(Peer.ownUid() == 0, "only root can give a folder away");
		Path folder = Files.createDirectory(this.temporary.resolve("foreign"),
				PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
		Files.setAttribute(folder, "unix:uid", 65534);
		assertRefused(folder.resolve("a.sock"), "belongs to the user 65534");
	}

	@Test
	void pathIsAsLongAsASocketsCanBe() throws Exception {
		Path folder = this.temporary.resolve("c");
		int room = 107 - folder.toString().length() - 1;
		Path longest = folder.resolve("x".repeat(room));
		new ControlPath(longest).prepare();
		try (ControlServer server = ControlServer.bind(new ControlPath(longest), ControlServer.Claim.IF_FREE,
				Duration.ofSeconds(5), new RecordingHandler())) {
			assertThat(server.isOwner()).isTrue();
		}
		assertRefused(folder.resolve("x".repeat(room + 1)), "a shorter path");
		// Bytes count, not characters
		assertRefused(folder.resolve("x".repeat(room - 1) + "ö"), "has 108 bytes");
	}

	@Test
	void defaultFolderIsTheUsersOwn() {
		assertThat(ControlPath.defaultFolder(1000))
			.isEqualTo(Path.of(System.getProperty("java.io.tmpdir")).resolve("hotswap-1000"));
	}

	@Test
	void lockLiesBesideTheSocket() {
		assertThat(new ControlPath(Path.of("/run/app/a.sock")).lock()).isEqualTo(Path.of("/run/app/a.sock.lock"));
	}

	private static void assertRefused(Path socket, String explanation) {
		assertThatExceptionOfType(ControlPathException.class).isThrownBy(() -> new ControlPath(socket).prepare())
			.withMessageContaining(explanation);
	}

}
