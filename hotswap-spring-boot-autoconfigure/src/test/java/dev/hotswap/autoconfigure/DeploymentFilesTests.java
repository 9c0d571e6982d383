package dev.hotswap.autoconfigure;

import java.nio.file.Files;
import java.nio.file.Path;

import dev.hotswap.process.PidFile;
import dev.hotswap.process.PidFileException;
import dev.hotswap.release.ReleaseStore;
import dev.hotswap.release.ReleaseVerification;
import dev.hotswap.release.Releases;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link DeploymentFiles}.
 */
class DeploymentFilesTests {

	private static final String PID = ProcessHandle.current().pid() + "\n";

	@TempDir
	private Path temporary;

	private Path folder;

	private Path pidFile;

	@BeforeEach
	void setUp() throws Exception {
		this.folder = this.temporary.toRealPath();
		this.pidFile = this.folder.resolve("shop.pid");
	}

	@Test
	void releaseThatIsVerifiedIsTheOneToLaunch() throws Exception {
		Path jar = Files.createFile(Files.createDirectories(this.folder.resolve("releases/2")).resolve("app.jar"));
		DeploymentFiles files = new DeploymentFiles(Releases.ofThisProcess(
				new ReleaseStore(this.folder, ReleaseVerification.NONE), ReleaseVerification.NONE, 3), null, null);
		assertThat(files.verify("2")).isNull();
		assertThat(files.jar()).isEqualTo(jar);
		assertThat(files.verify("3")).contains("no release 3");
		assertThat(files.jar()).isNull();
		assertThat(files.verify("2")).isNull();
		assertThat(files.verify(null)).isNull();
		assertThat(files.jar()).as("neither current nor running").isNull();
		assertThat(files.defaultJar()).isNull();
		assertThat(files.verify("2")).isNull();
		Files.createSymbolicLink(this.folder.resolve("current"), Path.of("releases/2"));
		assertThat(files.defaultJar()).isEqualTo(jar);
		assertThat(files.jar()).as("what was asked for stays").isEqualTo(jar);
	}

	@Test
	void withoutAnyFilesThereIsNothingToDo() throws Exception {
		DeploymentFiles files = DeploymentFiles.of(new HotswapProperties(), null);
		files.begin(false);
		assertThat(files.verify(null)).isNull();
		assertThat(files.jar()).isNull();
		assertThat(files.defaultJar()).isNull();
		files.becameActive();
		files.proven();
		files.release();
	}

	@Test
	void pidFileIsClaimedByWhoSucceedsNobody() throws Exception {
		DeploymentFiles files = files();
		files.begin(false);
		assertThat(this.pidFile).hasContent(PID);
		files.release();
		assertThat(this.pidFile).doesNotExist();
	}

	@Test
	void pidFileIsTakenOverOnceActive() throws Exception {
		Files.writeString(this.pidFile, "1\n");
		DeploymentFiles files = files();
		files.begin(true);
		assertThat(this.pidFile).hasContent("1\n");
		files.release();
		assertThat(this.pidFile).hasContent("1\n");
		files.becameActive();
		assertThat(this.pidFile).hasContent(PID);
	}

	@Test
	void pidFileThatCannotBeWrittenFailsTheStart() {
		Path missing = this.folder.resolve("none/shop.pid");
		DeploymentFiles files = new DeploymentFiles(Releases.ofThisProcess(null, ReleaseVerification.NONE, 1),
				new PidFile(missing), null);
		assertThatExceptionOfType(PidFileException.class).isThrownBy(() -> files.begin(true));
		assertThatExceptionOfType(PidFileException.class).isThrownBy(() -> files.begin(false));
	}

	@Test
	void atLeastOneReleaseIsKept() {
		HotswapProperties properties = new HotswapProperties();
		properties.getRelease().setKeep(0);
		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
			.isThrownBy(() -> DeploymentFiles.of(properties, null))
			.satisfies((invalid) -> assertThat(invalid.getName()).isEqualTo("hotswap.release.keep"));
	}

	private DeploymentFiles files() {
		return new DeploymentFiles(Releases.ofThisProcess(null, ReleaseVerification.NONE, 1), new PidFile(this.pidFile),
				null);
	}

}
