package dev.hotswap.watch;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link FolderWatcher} and {@link WatchedFolders}. What a rename brings is one
 * event of the kernel, and it comes after those of all that was done before.
 */
class FolderWatcherTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private final AtomicInteger changes = new AtomicInteger();

	@TempDir
	private Path temporary;

	private Path folder;

	private FolderWatcher watcher;

	@BeforeEach
	void setUp() throws Exception {
		this.folder = Files.createDirectory(this.temporary.toRealPath().resolve("config"));
		this.watcher = new FolderWatcher(this.changes::incrementAndGet);
	}

	@AfterEach
	void close() {
		this.watcher.close();
	}

	@Test
	void fileThatIsWrittenInPlace() throws Exception {
		Path file = Files.writeString(this.folder.resolve("application.yml"), "a: 1");
		watchFolder();
		Files.writeString(file, "a: 2");
		awaitChange();
	}

	@Test
	void fileThatIsReplacedByARename() throws Exception {
		Files.writeString(this.folder.resolve("application.yml"), "a: 1");
		watchFolder();
		rename("a: 2", "application.yml");
		awaitChange();
		assertThat(this.changes).hasValue(1);
	}

	@Test
	void fileThatDidNotExist() throws Exception {
		watchFolder();
		rename("a: 2", "application-prod.yml");
		awaitChange();
	}

	@Test
	void filesOfEditorsAndOthersDoNotMatter() throws Exception {
		watchFolder();
		for (String name : Set.of(".application.yml.swp", "4913", "application.yml~", "#application.yml#", "app.log")) {
			Files.writeString(this.folder.resolve(name), "x");
			Files.delete(this.folder.resolve(name));
		}
		rename("a: 2", "application.yml");
		awaitChange();
		assertThat(this.changes).hasValue(1);
	}

	@Test
	void folderThatDidNotExist() throws Exception {
		Files.delete(this.folder);
		watchFolder();
		Files.createDirectory(this.folder);
		awaitChange();
		watchFolder();
		this.changes.set(0);
		Files.writeString(this.folder.resolve("application.yml"), "a: 1");
		awaitChange();
	}

	@Test
	void folderThatIsReplacedByARename() throws Exception {
		watchFolder();
		Files.move(this.folder, this.temporary.resolve("former"));
		awaitChange();
	}

	@Test
	void linkOnTheWayThatIsSwitched() throws Exception {
		Path releases = Files.createDirectory(this.temporary.resolve("releases"));
		Files.createDirectory(releases.resolve("1"));
		Path current = Files.createSymbolicLink(this.folder.resolve("current"), Path.of("../releases/1"));
		WatchedFolders folders = new WatchedFolders();
		folders.addPath(current.resolve("app.jar"));
		this.watcher.watch(folders.folders());
		Path next = Files.createSymbolicLink(this.folder.resolve(".next"), Path.of("../releases/2"));
		Files.move(next, current, StandardCopyOption.ATOMIC_MOVE);
		awaitChange();
		assertThat(this.changes).hasValue(1);
	}

	@Test
	void fileBehindALinkThatIsWritten() throws Exception {
		Path target = Files.writeString(Files.createDirectory(this.temporary.resolve("shared")).resolve("a.yml"),
				"a: 1");
		Files.createSymbolicLink(this.folder.resolve("application.yml"), Path.of("../shared/a.yml"));
		watchFolder();
		Files.writeString(target, "a: 2");
		awaitChange();
	}

	@Test
	void linksInACircleAreNotFollowedForGood() throws Exception {
		Path one = Files.createSymbolicLink(this.folder.resolve("one"), Path.of("two/one/two"));
		Files.createSymbolicLink(this.folder.resolve("two"), Path.of("one/two/one"));
		WatchedFolders folders = new WatchedFolders();
		folders.addPath(one.resolve("application.yml"));
		assertThat(folders.folders()).containsKey(this.folder);
	}

	@Test
	void dataOfKubernetesThatIsSwitched() throws Exception {
		Files.writeString(Files.createDirectory(this.folder.resolve("..1")).resolve("key"), "one");
		Files.writeString(Files.createDirectory(this.folder.resolve("..2")).resolve("key"), "two");
		Path data = Files.createSymbolicLink(this.folder.resolve("..data"), Path.of("..1"));
		Files.createSymbolicLink(this.folder.resolve("key"), Path.of("..data/key"));
		WatchedFolders folders = new WatchedFolders();
		new ConfigurationTree(this.folder, false).addTo(folders);
		this.watcher.watch(folders.folders());
		Path next = Files.createSymbolicLink(this.temporary.resolve("next"), Path.of("..2"));
		Files.move(next, data, StandardCopyOption.ATOMIC_MOVE);
		awaitChange();
	}

	@Test
	void whatIsNotWatchedAnyMoreIsNotHeard() throws Exception {
		watchFolder();
		Path other = Files.createDirectory(this.temporary.resolve("other"));
		WatchedFolders folders = new WatchedFolders();
		folders.add(other, "seen"::equals);
		this.watcher.watch(folders.folders());
		Files.writeString(this.folder.resolve("application.yml"), "a: 1");
		Files.createFile(other.resolve("not seen"));
		Files.createDirectory(other.resolve("seen"));
		awaitChange();
		assertThat(this.changes).hasValue(1);
	}

	private void watchFolder() throws Exception {
		WatchedFolders folders = new WatchedFolders();
		new ConfigurationFolder(this.folder, false, Set.of("application"), Set.of("yml")).addTo(folders);
		this.watcher.watch(folders.folders());
	}

	private void rename(String content, String name) throws Exception {
		Path next = Files.writeString(this.temporary.resolve("next"), content);
		Files.move(next, this.folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
	}

	private void awaitChange() {
		await().atMost(TIMEOUT).untilAsserted(() -> assertThat(this.changes).hasPositiveValue());
	}

}
