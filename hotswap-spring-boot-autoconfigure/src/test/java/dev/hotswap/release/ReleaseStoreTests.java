package dev.hotswap.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ReleaseStore} and {@link Sha256File}.
 */
class ReleaseStoreTests {

	@TempDir
	private Path temporary;

	private TestStore files;

	private ReleaseStore store;

	@BeforeEach
	void setUp() throws IOException {
		this.files = new TestStore(this.temporary.toRealPath());
		this.store = this.files.store(ReleaseVerification.SHA256);
	}

	@Test
	void releaseIsFoundAndVerified() throws Exception {
		Path jar = this.files.release("1.0.0+build~2");
		Release release = this.store.find("1.0.0+build~2");
		assertThat(release).isEqualTo(new Release("1.0.0+build~2", jar));
		this.store.verify(release);
	}

	@Test
	void pathOfAReleaseIsTheRealOne() throws Exception {
		Path jar = this.files.release("1");
		Path link = Files.createSymbolicLink(this.temporary.resolve("srv"), this.files.directory);
		ReleaseStore linked = new ReleaseStore(link, ReleaseVerification.SHA256);
		assertThat(linked.find("1").jar()).isEqualTo(jar);
		assertThat(linked.versionOf(jar)).isEqualTo("1");
		assertThat(linked.directory()).isEqualTo(link);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", ".", "..", "../x", "a/b", "/etc", ".hidden", "-rf", "a\\b", "a b", "a\n", "ä",
			"\u0000", "..%2f" })
	void versionThatIsNoNameIsRefused(String version) throws Exception {
		Files.createDirectory(this.files.directory.resolve("x"));
		assertThatExceptionOfType(ReleaseException.class).isThrownBy(() -> this.store.find(version))
			.withMessageContaining("is no version")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("\n", "\u0000"));
	}

	@Test
	void versionThatIsTooLongIsShortenedInTheMessage() {
		assertThatExceptionOfType(ReleaseException.class).isThrownBy(() -> this.store.find("x".repeat(10_000)))
			.satisfies((ex) -> assertThat(ex.getMessage()).hasSizeLessThan(300));
	}

	@Test
	void releaseThatIsNotThereIsNamed() {
		assertThatExceptionOfType(ReleaseException.class).isThrownBy(() -> this.store.find("2"))
			.withMessageContaining("no release 2")
			.withMessageContaining(this.files.directory.toString());
	}

	@Test
	void releaseThatIsASymbolicLinkIsRefused() throws Exception {
		Path elsewhere = Files.createDirectory(this.temporary.resolve("elsewhere"));
		Files.createFile(elsewhere.resolve("app.jar"));
		Files.createSymbolicLink(this.store.releases().resolve("2"), elsewhere);
		assertThatExceptionOfType(ReleaseException.class).isThrownBy(() -> this.store.find("2"))
			.withMessageContaining("is a symbolic link");
		assertThat(this.store.list()).isEmpty();
	}

	@Test
	void jarThatLeadsOutOfItsReleaseIsRefused() throws Exception {
		Path other = this.files.release("1");
		Files.createSymbolicLink(this.files.folder("2").resolve("app.jar"), other);
		assertThatExceptionOfType(ReleaseException.class).isThrownBy(() -> this.store.find("2"))
			.withMessageContaining(other.toString());
	}

	@Test
	void jarThatLeadsNowhereIsRefused() throws Exception {
		Files.createSymbolicLink(this.files.folder("2").resolve("app.jar"), Path.of("nowhere"));
		assertThatExceptionOfType(ReleaseException.class).isThrownBy(() -> this.store.find("2"))
			.withMessageContaining("cannot be looked at");
	}

	@Test
	void folderThatIsNamedLikeAJarIsRefused() throws Exception {
		Files.createDirectory(this.files.folder("2").resolve("app.jar"));
		assertThatExceptionOfType(ReleaseException.class).isThrownBy(() -> this.store.find("2"))
			.withMessageContaining("no file of that folder");
	}

	@Test
	void releaseWithNoneOrSeveralJarsIsRefused() throws Exception {
		this.files.folder("none");
		assertThatExceptionOfType(ReleaseException.class).isThrownBy(() -> this.store.find("none"))
			.withMessageContaining("0 jars")
			.withMessageContaining("exactly one");
		Path jar = this.files.release("two");
		Files.createFile(jar.resolveSibling("app-sources.jar"));
		assertThatExceptionOfType(ReleaseException.class).isThrownBy(() -> this.store.find("two"))
			.withMessageContaining("2 jars");
	}

	@Test
	void checksumThatIsMissingIsRefused() throws Exception {
		Path jar = this.files.release("1");
		Files.delete(jar.resolveSibling("app-1.jar.sha256"));
		assertThatExceptionOfType(ReleaseException.class).isThrownBy(() -> this.store.verify(this.store.find("1")))
			.withMessageContaining("app-1.jar.sha256 does not exist")
			.withMessageContaining("sha256sum app-1.jar > app-1.jar.sha256")
			.withMessageContaining("hotswap.release.verify=none");
		this.files.store(ReleaseVerification.NONE).verify(this.store.find("1"));
	}

	@Test
	void checksumThatIsWrongIsRefusedWithBoth() throws Exception {
		Path jar = this.files.release("1");
		String expected = Sha256File.actual(jar);
		Files.writeString(jar, "something else");
		assertThatExceptionOfType(ReleaseException.class).isThrownBy(() -> this.store.verify(this.store.find("1")))
			.withMessageContaining("states " + expected)
			.withMessageContaining("has the SHA-256 checksum " + Sha256File.actual(jar));
		this.files.store(ReleaseVerification.NONE).verify(this.store.find("1"));
	}

	@Test
	void checksumIsThatOfSha256sum() throws Exception {
		Path jar = Files.writeString(this.temporary.resolve("abc.jar"), "abc");
		assertThat(Sha256File.actual(jar))
			.isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	}

	@ParameterizedTest
	@ValueSource(strings = { "%s", "%s\n", "%s  app-1.jar\n", "%s *app-1.jar", "%s  ./target/app-1.jar\r\n",
			"0123456789012345678901234567890123456789012345678901234567890123  other.jar\n%s  app-1.jar\n" })
	void checksumIsFound(String content) throws Exception {
		Path jar = this.files.release("1");
		TestStore.checksum(jar, content.formatted(Sha256File.actual(jar)));
		this.store.verify(this.store.find("1"));
		TestStore.checksum(jar, content.formatted(Sha256File.actual(jar).toUpperCase(Locale.ROOT)));
		this.store.verify(this.store.find("1"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "app-1.jar", "%s  other.jar", "%s  xapp-1.jar", "0%s  app-1.jar", "z%s" })
	void fileThatStatesNoChecksumOfTheJarIsRefused(String content) throws Exception {
		Path jar = this.files.release("1");
		TestStore.checksum(jar, content.formatted(Sha256File.actual(jar)));
		assertThatExceptionOfType(ReleaseException.class).isThrownBy(() -> this.store.verify(this.store.find("1")))
			.withMessageContaining("states no SHA-256 checksum of app-1.jar");
	}

	@Test
	void releasesAreListedTheNewestFirst() throws Exception {
		this.files.release("1.10");
		this.files.release("1.9");
		this.files.touch(this.files.folder("broken"));
		this.files.folder(".incoming");
		Files.createFile(this.store.releases().resolve("notes"));
		assertThat(this.store.list()).extracting(ReleaseStore.Entry::version).containsExactly("broken", "1.9", "1.10");
		assertThat(this.store.list().get(0)).satisfies((entry) -> {
			assertThat(entry.jar()).isNull();
			assertThat(entry.problem()).contains("0 jars");
		});
		assertThat(this.store.list().get(1)).satisfies((entry) -> {
			assertThat(entry.jar()).isEqualTo("app-1.9.jar");
			assertThat(entry.problem()).isNull();
		});
	}

	@Test
	void folderWithoutReleasesIsExplained() throws Exception {
		Files.delete(this.store.releases());
		assertThatExceptionOfType(ReleaseException.class).isThrownBy(this.store::list)
			.withMessageContaining(this.store.releases().toString());
	}

	@Test
	void versionIsTheFoldersName() throws Exception {
		Path jar = this.files.release("1");
		assertThat(this.store.versionOf(jar)).isEqualTo("1");
		assertThat(this.store.versionOf(jar.getParent())).isNull();
		assertThat(this.store.versionOf(this.temporary)).isNull();
		assertThat(this.store.versionOf(this.temporary.resolve("none"))).isNull();
		Path outside = Files.createFile(this.temporary.resolve("app.jar"));
		assertThat(this.store.versionOf(outside)).isNull();
		this.store.makeCurrent("1");
		assertThat(this.store.versionOf(this.files.current().resolve("app-1.jar"))).isEqualTo("1");
	}

	@Test
	void currentIsMoved() throws Exception {
		this.files.release("1");
		this.files.release("2");
		assertThat(this.store.current()).isNull();
		this.store.makeCurrent("1");
		assertThat(this.store.current()).isEqualTo("1");
		this.store.makeCurrent("2");
		assertThat(this.store.current()).isEqualTo("2");
		assertThat(Files.readSymbolicLink(this.files.current())).isEqualTo(Path.of("releases/2"));
		assertThat(this.files.current().resolve("app-2.jar")).exists();
	}

	@Test
	void whatAKilledProcessLeftBehindIsRemoved() throws Exception {
		this.files.release("1");
		Path link = Files.createSymbolicLink(this.files.directory.resolve(".current.4711"), Path.of("releases/0"));
		Path own = Files.createSymbolicLink(this.files.directory.resolve(".current." + ProcessHandle.current().pid()),
				Path.of("releases/0"));
		this.store.makeCurrent("1");
		assertThat(link).doesNotExist();
		assertThat(Files.exists(link, LinkOption.NOFOLLOW_LINKS)).isFalse();
		assertThat(Files.exists(own, LinkOption.NOFOLLOW_LINKS)).isFalse();
	}

	@Test
	void currentThatIsNoLinkIsLeftAlone() throws Exception {
		this.files.release("1");
		Files.createDirectory(this.files.current());
		assertThatExceptionOfType(ReleaseException.class).isThrownBy(() -> this.store.makeCurrent("1"))
			.withMessageContaining("left alone");
		assertThatExceptionOfType(ReleaseException.class).isThrownBy(this.store::current);
		assertThat(this.files.current()).isDirectory();
	}

	@ParameterizedTest
	@ValueSource(strings = { "releases/none", "/etc", "releases", ".", "releases/1/sub" })
	void currentThatNamesNoReleaseIsExplained(String target) throws Exception {
		Files.createDirectory(this.files.release("1").resolveSibling("sub"));
		Files.createSymbolicLink(this.files.current(), Path.of(target));
		assertThatExceptionOfType(ReleaseException.class).isThrownBy(this.store::current)
			.withMessageContaining("Correct or remove the link");
		this.store.makeCurrent("1");
		assertThat(this.store.current()).isEqualTo("1");
	}

	@Test
	void currentIsNeverMovedToWhatCannotBeLaunched() throws Exception {
		this.files.release("1");
		this.store.makeCurrent("1");
		assertThatExceptionOfType(ReleaseException.class).isThrownBy(() -> this.store.makeCurrent("2"));
		assertThat(this.store.current()).isEqualTo("1");
	}

	@Test
	void whoFollowsCurrentAlwaysFindsARelease() throws Exception {
		this.files.release("1");
		this.files.release("2");
		this.store.makeCurrent("1");
		AtomicBoolean done = new AtomicBoolean();
		ExecutorService threads = Executors.newSingleThreadExecutor();
		try {
			Future<Boolean> follower = threads.submit(() -> {
				boolean found = true;
				while (!done.get()) {
					found &= Files.isDirectory(this.files.current());
				}
				return found;
			});
			for (int i = 0; i < 200; i++) {
				this.store.makeCurrent("2");
				this.store.makeCurrent("1");
			}
			done.set(true);
			assertThat(follower.get()).isTrue();
		}
		finally {
			threads.shutdownNow();
		}
	}

}
