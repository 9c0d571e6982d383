package dev.hotswap.release;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link Releases}, {@link RunningJar}, {@link Pruning} and {@link FilesInUse}.
 */
class ReleasesTests {

	private static final Path PROC = Path.of("/proc");

	@TempDir
	private Path temporary;

	private TestStore files;

	@BeforeEach
	void setUp() throws IOException {
		this.files = new TestStore(this.temporary.toRealPath());
	}

	@Test
	void runningReleaseIsTheFolderOfTheRunningJar() throws Exception {
		Path jar = this.files.release("1");
		assertThat(releases(jar).running()).isEqualTo("1");
		assertThat(releases("/x/a.jar:" + jar + ":/y").running()).isEqualTo("1");
		store().makeCurrent("1");
		Releases byLink = releases(this.files.current().resolve("app-1.jar"));
		this.files.release("2");
		store().makeCurrent("2");
		assertThat(byLink.running()).as("as it was at the start").isEqualTo("1");
	}

	@Test
	void jarOutsideTheStoreIsNoRelease() throws Exception {
		Path jar = Files.createFile(this.temporary.resolve("app.jar"));
		assertThat(releases(jar).running()).isNull();
		assertThat(releases("").running()).isNull();
		assertThat(new Releases(null, ReleaseVerification.SHA256, 3, jar.toString(), PROC).running()).isNull();
	}

	@Test
	void whatWouldBeLaunchedIsTheCurrentElseTheRunning() throws Exception {
		Path one = this.files.release("1");
		this.files.release("2");
		Releases releases = releases(one);
		assertThat(releases.launchableAtStart()).isEqualTo("1");
		assertThat(releases.launchablePath()).isEqualTo(this.files.current());
		store().makeCurrent("2");
		assertThat(releases.launchable()).isEqualTo("2");
		assertThat(releases.launchableAtStart()).isEqualTo("1");
		Files.delete(this.files.current());
		Files.createSymbolicLink(this.files.current(), Path.of("releases/3"));
		assertThat(releases.launchable()).as("not known").isNull();
	}

	@Test
	void withoutAStoreItIsTheFileAtThePathOfTheRunningJar() throws Exception {
		Path jar = Files.writeString(this.temporary.resolve("app-1.jar"), "one");
		Path link = Files.createSymbolicLink(this.temporary.resolve("app.jar"), jar);
		Releases releases = new Releases(null, ReleaseVerification.SHA256, 3, link.toString(), PROC);
		String before = releases.launchable();
		assertThat(before).isNotNull().isEqualTo(releases.launchableAtStart());
		assertThat(releases.launchablePath()).isEqualTo(link);
		Path next = Files.writeString(this.temporary.resolve("next.jar"), "two");
		Files.setLastModifiedTime(next, Files.getLastModifiedTime(jar));
		Files.move(next, jar, StandardCopyOption.ATOMIC_MOVE);
		String replaced = releases.launchable();
		assertThat(replaced).isNotNull().isNotEqualTo(before);
		Files.writeString(jar, "longer");
		assertThat(releases.launchable()).as("overwritten").isNotEqualTo(replaced);
		Files.delete(jar);
		assertThat(releases.launchable()).as("not known").isNull();
		assertThat(new Releases(null, ReleaseVerification.NONE, 3, "/x/a.jar:/x/b.jar", PROC).launchablePath())
			.isNull();
	}

	@Test
	void requestedReleaseIsVerified() throws Exception {
		Path one = this.files.release("1");
		Path two = this.files.release("2");
		Releases releases = releases(one);
		assertThat(releases.verify("2")).contains(new Release("2", two));
		Files.writeString(two, "damaged");
		assertThatExceptionOfType(ReleaseException.class).isThrownBy(() -> releases.verify("2"))
			.withMessageContaining("damaged");
		assertThatExceptionOfType(ReleaseException.class).isThrownBy(() -> releases.verify("3"));
		assertThatExceptionOfType(ReleaseException.class).isThrownBy(() -> releases.verify("../2"));
	}

	@Test
	void withoutARequestItIsTheCurrentElseTheRunningElseTheCommandLine() throws Exception {
		Path one = this.files.release("1");
		Path two = this.files.release("2");
		assertThat(releases("").verify(null)).isEmpty();
		assertThat(releases(one).verify(null)).contains(new Release("1", one));
		store().makeCurrent("2");
		assertThat(releases(one).verify(null)).contains(new Release("2", two));
		assertThat(releases("").verify(null)).contains(new Release("2", two));
	}

	@Test
	void currentThatLeadsNowhereIsRefused() throws Exception {
		Files.createSymbolicLink(this.files.current(), Path.of("releases/none"));
		Releases releases = releases(this.files.release("1"));
		assertThatExceptionOfType(ReleaseException.class).isThrownBy(() -> releases.verify(null));
	}

	@Test
	void withoutAStoreNoReleaseCanBeRequested() throws Exception {
		Releases releases = new Releases(null, ReleaseVerification.SHA256, 3, "", PROC);
		assertThat(releases.verify(null)).isEmpty();
		assertThatExceptionOfType(ReleaseException.class).isThrownBy(() -> releases.verify("2"))
			.withMessageContaining("hotswap.release.directory");
		releases.proven();
	}

	@Test
	void jarThatWasOverwrittenInPlaceIsRefused() throws Exception {
		Path jar = Files.writeString(this.temporary.resolve("app.jar"), "old");
		for (ReleaseStore store : new ReleaseStore[] { null, store() }) {
			Releases releases = new Releases(store, ReleaseVerification.SHA256, 3, jar.toString(), PROC);
			assertThat(releases.runningJarProblem()).isNull();
			Files.writeString(jar, Files.readString(jar) + "longer");
			assertThat(releases.runningJarProblem()).contains(jar.toString())
				.contains("overwritten in place")
				.contains("mv");
			assertThatExceptionOfType(ReleaseException.class).isThrownBy(() -> releases.verify(null))
				.withMessageContaining("overwritten in place");
		}
	}

	@Test
	void jarThatWasOverwrittenByOneOfTheSameSizeIsRefused() throws Exception {
		Path jar = Files.writeString(this.temporary.resolve("app.jar"), "old");
		Releases releases = releases(jar);
		Files.writeString(jar, "new");
		Files.setLastModifiedTime(jar, FileTime.fromMillis(1));
		assertThat(releases.runningJarProblem()).contains("1970");
	}

	@Test
	void jarThatWasOverwrittenIsOnlyLoggedWhereNothingIsVerified() throws Exception {
		Path jar = Files.writeString(this.temporary.resolve("app.jar"), "old");
		Releases releases = new Releases(null, ReleaseVerification.NONE, 3, jar.toString(), PROC);
		Files.writeString(jar, "longer");
		assertThat(releases.runningJarProblem()).isNull();
		assertThat(releases.verify(null)).isEmpty();
	}

	@Test
	void jarThatWasReplacedByARenameOrRemovedIsNoProblem() throws Exception {
		Path jar = Files.writeString(this.temporary.resolve("app.jar"), "old");
		Releases releases = releases(jar);
		Path next = Files.writeString(this.temporary.resolve("next.jar"), "longer");
		Files.move(next, jar, StandardCopyOption.ATOMIC_MOVE);
		assertThat(releases.runningJarProblem()).isNull();
		Files.delete(jar);
		assertThat(releases.runningJarProblem()).isNull();
	}

	@Test
	void provenReleaseBecomesCurrentAndOldOnesArePruned() throws Exception {
		for (String version : List.of("1", "2", "3", "4", "5")) {
			this.files.release(version);
		}
		releases(this.store().find("5").jar()).proven();
		assertThat(store().current()).isEqualTo("5");
		assertThat(versions()).containsExactlyInAnyOrder("3", "4", "5");
	}

	@Test
	void runningAndCurrentAndNewerReleasesAreKept() throws Exception {
		for (String version : List.of("1", "2", "3", "4", "5")) {
			this.files.release(version);
		}
		Releases releases = new Releases(store(), ReleaseVerification.SHA256, 1, store().find("2").jar().toString(),
				PROC);
		releases.proven();
		assertThat(versions()).as("5 may have been deployed just now").containsExactlyInAnyOrder("2", "5");
	}

	@Test
	void releaseThatALiveProcessUsesIsKept() throws Exception {
		for (String version : List.of("1", "10", "11", "2", "3", "4", "5")) {
			this.files.release(version);
		}
		Path folders = store().releases();
		try (Sleeper named = new Sleeper("sleep 60; : " + folders + "/1/app-1.jar", null);
				Sleeper inFolder = new Sleeper("sleep 60", folders.resolve("2"));
				Sleeper open = new Sleeper("exec 3<app-3.jar; cd /; echo; exec sleep 60", folders.resolve("3"))) {
			open.awaitLine();
			Releases releases = new Releases(store(), ReleaseVerification.SHA256, 1, store().find("5").jar().toString(),
					PROC);
			releases.proven();
			assertThat(versions()).containsExactlyInAnyOrder("1", "2", "3", "5");
		}
	}

	@Test
	void releaseThatAProcessMapsIsKept() throws Exception {
		for (String version : List.of("1", "2", "3")) {
			this.files.release(version);
		}
		Path process = Files.createDirectories(this.temporary.resolve("proc/4711"));
		Files.writeString(process.resolve("maps"), "7f00-7f01 r--s 00000000 00:00 1    " + store().releases()
				+ "/1/app-1.jar\n7f00-7f01 r--s 00000000 00:00 1    /usr/lib/libc.so\n");
		Files.writeString(process.resolve("cmdline"), "java\0-jar\0current/app.jar\0");
		new Releases(store(), ReleaseVerification.SHA256, 1, store().find("3").jar().toString(),
				this.temporary.resolve("proc"))
			.proven();
		assertThat(versions()).containsExactlyInAnyOrder("1", "3");
	}

	@Test
	void nothingIsPrunedWhereUseCannotBeTold() throws Exception {
		for (String version : List.of("1", "2", "3")) {
			this.files.release(version);
		}
		new Releases(store(), ReleaseVerification.SHA256, 1, store().find("3").jar().toString(),
				this.temporary.resolve("none"))
			.proven();
		assertThat(store().current()).isEqualTo("3");
		assertThat(versions()).containsExactlyInAnyOrder("1", "2", "3");
	}

	@Test
	void pruningDoesNotFollowLinksAndFinishesWhatWasBegun() throws Exception {
		Path precious = Files.createFile(Files.createDirectory(this.temporary.resolve("outside")).resolve("precious"));
		Path old = this.files.release("1");
		Files.createSymbolicLink(old.resolveSibling("config"), precious.getParent());
		this.files.touch(old.getParent());
		Path halfDeleted = this.files.folder(".pruned.0");
		Files.createFile(halfDeleted.resolve("rest.jar"));
		this.files.release("2");
		Releases releases = new Releases(store(), ReleaseVerification.SHA256, 1, store().find("2").jar().toString(),
				PROC);
		releases.proven();
		assertThat(versions()).containsExactly("2");
		assertThat(precious).exists();
	}

	@Test
	void failureToMakeItCurrentDoesNotThrowAndPrunesNothing() throws Exception {
		for (String version : List.of("1", "2", "3", "4")) {
			this.files.release(version);
		}
		Files.createDirectory(this.files.current());
		releases(store().find("4").jar()).proven();
		assertThat(versions()).hasSize(4);
	}

	@Test
	void atLeastOneIsKept() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new Releases(null, ReleaseVerification.NONE, 0, "", PROC));
	}

	@Test
	void releasesOfThisProcess() {
		Releases releases = Releases.ofThisProcess(store(), ReleaseVerification.SHA256, 3);
		assertThat(releases.running()).isNull();
		assertThat(releases.runningJarProblem()).isNull();
		assertThat(releases.store()).isNotNull();
	}

	private List<String> versions() throws IOException {
		try (Stream<Path> folders = Files.list(store().releases())) {
			return folders.filter((folder) -> Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS))
				.map((folder) -> folder.getFileName().toString())
				.toList();
		}
	}

	private Releases releases(Object classPath) {
		return new Releases(store(), ReleaseVerification.SHA256, 3, classPath.toString(), PROC);
	}

	private ReleaseStore store() {
		return this.files.store(ReleaseVerification.SHA256);
	}

	/**
	 * A process that sleeps until it is closed.
	 */
	private static final class Sleeper implements AutoCloseable {

		private final Process process;

		Sleeper(String script, @Nullable Path directory) throws IOException {
			ProcessBuilder builder = new ProcessBuilder("sh", "-c", script);
			if (directory != null) {
				builder.directory(directory.toFile());
			}
			this.process = builder.start();
		}

		void awaitLine() throws IOException {
			this.process.inputReader(StandardCharsets.UTF_8).readLine();
		}

		@Override
		public void close() throws Exception {
			this.process.descendants().forEach(ProcessHandle::destroyForcibly);
			this.process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
		}

	}

}
