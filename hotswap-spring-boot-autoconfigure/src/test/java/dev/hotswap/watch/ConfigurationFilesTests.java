package dev.hotswap.watch;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ConfigurationFiles}, {@link ConfigurationFolder} and
 * {@link ConfigurationTree}.
 */
class ConfigurationFilesTests {

	private final ConfigurationFiles files = new ConfigurationFiles();

	@TempDir
	private Path folder;

	private Path file;

	@BeforeEach
	void setUp() throws Exception {
		this.file = Files.writeString(this.folder.resolve("application.yml"), "a: 1");
	}

	@Test
	void revisionIsThatOfContents() throws Exception {
		this.files.add(folder(false));
		String before = this.files.revision();
		assertThat(before).matches("[0-9a-f]{12}").isEqualTo(this.files.currentRevision());
		Files.setLastModifiedTime(this.file, FileTime.fromMillis(0));
		assertThat(this.files.currentRevision()).as("touched").isEqualTo(before);
		Files.writeString(this.file, "a: 2");
		assertThat(this.files.currentRevision()).as("edited").isNotEqualTo(before);
		assertThat(this.files.revision()).as("of what runs").isEqualTo(before);
		Files.writeString(this.file, "a: 1");
		assertThat(this.files.currentRevision()).as("as before").isEqualTo(before);
		Files.delete(this.file);
		assertThat(this.files.currentRevision()).as("gone").isNull();
	}

	@Test
	void whatChangesWhileTheApplicationReadsItIsNotWhatRuns() throws Exception {
		this.files.add(folder(false));
		String before = this.files.revision();
		Files.writeString(this.file, "a: 2");
		this.files.add(folder(false));
		assertThat(this.files.revision()).isEqualTo(before).isNotEqualTo(this.files.currentRevision());
	}

	@Test
	void withoutFilesThereIsNoRevisionUntilThereIsOne() throws Exception {
		Path none = this.folder.resolve("config");
		this.files.add(new ConfigurationFolder(none, false, Set.of("application"), Set.of("yml")));
		assertThat(this.files.revision()).isNull();
		assertThat(this.files.currentRevision()).isNull();
		Files.writeString(Files.createDirectory(none).resolve("application.yml"), "a: 1");
		assertThat(this.files.currentRevision()).isNotNull();
	}

	@Test
	void filesOfOtherProfilesDoNotCount() throws Exception {
		this.files.activate(List.of("prod"));
		this.files.add(folder(false));
		Files.writeString(this.folder.resolve("application-test.yml"), "a: 2");
		assertThat(this.files.currentRevision()).isEqualTo(this.files.revision());
		Files.writeString(this.folder.resolve("application-prod.yml"), "a: 2");
		assertThat(this.files.currentRevision()).isNotEqualTo(this.files.revision());
	}

	@Test
	void fileThatIsImportedCountsAlthoughItIsNamedAsAProfilesIs() throws Exception {
		Path secrets = Files.writeString(this.folder.resolve("application-secrets.yml"), "a: 2");
		this.files.add(folder(false));
		this.files.add(new ConfigurationFolder(this.folder, false, Set.of("application-secrets"), Set.of("yml")));
		Files.writeString(secrets, "a: 3");
		assertThat(this.files.currentRevision()).isNotEqualTo(this.files.revision());
	}

	@Test
	void nameThatBeginsWithAnotherNameIsNoProfile() throws Exception {
		Path file = Files.writeString(this.folder.resolve("shop-db-test.yml"), "a: 2");
		this.files.activate(List.of("test"));
		this.files.add(new ConfigurationFolder(this.folder, false, Set.of("shop", "shop-db"), Set.of("yml")));
		Files.writeString(this.folder.resolve("shop-db.yml"), "a: 2");
		String withBoth = this.files.currentRevision();
		assertThat(withBoth).isNotEqualTo(this.files.revision());
		Files.writeString(file, "a: 3");
		assertThat(this.files.currentRevision()).isNotEqualTo(withBoth);
	}

	@ParameterizedTest
	@ValueSource(strings = { ".application.yml.swp", "application.yml~", "#application.yml#", ".#application.yml",
			"4913", "application.yml.bak", "application.txt", "other.yml", "applications.yml" })
	void otherFilesDoNotCount(String name) throws Exception {
		this.files.add(folder(false));
		Files.writeString(this.folder.resolve(name), "a: 2");
		assertThat(this.files.currentRevision()).isEqualTo(this.files.revision());
	}

	@Test
	void eachSubfolderCountsButNotWhatIsHidden() throws Exception {
		this.files.add(folder(true));
		assertThat(this.files.revision()).as("the folder itself does not").isNull();
		Files.writeString(Files.createDirectory(this.folder.resolve("..data")).resolve("application.yml"), "a: 2");
		assertThat(this.files.currentRevision()).isNull();
		Files.writeString(Files.createDirectory(this.folder.resolve("db")).resolve("application.yml"), "a: 2");
		assertThat(this.files.currentRevision()).isNotNull();
	}

	@Test
	void treeOfKubernetesChangesWhenItsDataIsSwitched() throws Exception {
		Path mount = Files.createDirectory(this.folder.resolve("mount"));
		Files.writeString(Files.createDirectory(mount.resolve("..1")).resolve("key"), "one");
		Files.writeString(Files.createDirectory(mount.resolve("..2")).resolve("key"), "two");
		Files.createSymbolicLink(mount.resolve("..data"), Path.of("..1"));
		Files.createSymbolicLink(mount.resolve("key"), Path.of("..data/key"));
		this.files.add(new ConfigurationTree(mount, false));
		String before = this.files.revision();
		Files.writeString(mount.resolve("..2/key"), "three");
		assertThat(this.files.currentRevision()).as("not mounted").isEqualTo(before);
		Files.createSymbolicLink(mount.resolve("..data_tmp"), Path.of("..2"));
		Files.move(mount.resolve("..data_tmp"), mount.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
		assertThat(this.files.currentRevision()).isNotNull().isNotEqualTo(before);
	}

	@ParameterizedTest
	@ValueSource(strings = { ".key.swp", ".key.swx", "key~", "4913", "#key#", ".#key" })
	void filesOfEditorsAreNoPropertiesOfATree(String name) throws Exception {
		this.files.add(new ConfigurationTree(this.folder, false));
		Files.writeString(this.folder.resolve(name), "x");
		assertThat(this.files.currentRevision()).isEqualTo(this.files.revision());
		Files.writeString(this.folder.resolve("key"), "x");
		assertThat(this.files.currentRevision()).isNotEqualTo(this.files.revision());
	}

	@Test
	void eachSubfolderOfATreeCounts() throws Exception {
		this.files.add(new ConfigurationTree(this.folder, true));
		assertThat(this.files.revision()).isNull();
		Files.writeString(Files.createDirectories(this.folder.resolve("db/user")).resolve("name"), "x");
		assertThat(this.files.currentRevision()).isNotNull();
	}

	private ConfigurationFolder folder(boolean eachSubfolder) {
		return new ConfigurationFolder(this.folder, eachSubfolder, Set.of("application"), Set.of("yml", "properties"));
	}

}
