package dev.hotswap.process;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link PidFile}.
 */
class PidFileTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private static final ProcessId SELF = ProcessId.current();

	/** Its process id is ours, but it started before us and is dead. */
	private static final ProcessId GONE = new ProcessId(SELF.pid(), SELF.startTime() - 1);

	@TempDir
	private Path folder;

	private Path path;

	private PidFile file;

	@BeforeEach
	void setUp() {
		this.path = this.folder.resolve("shop.pid");
		this.file = new PidFile(this.path);
	}

	@Test
	void namesTheProcessUntilItIsReleased() throws Exception {
		this.file.claim();
		assertThat(this.path).hasContent(SELF.pid() + "\n");
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(this.path))).isEqualTo("rw-r--r--");
		this.file.release();
		assertThat(this.path).doesNotExist();
		assertThat(names()).containsExactly("shop.pid.lock");
		assertThat(lock()).hasContent(SELF + "\n");
		this.file.release();
	}

	@Test
	void lockIsForTheOwnerOnlySinceWhoReadsItCouldHoldIt() throws Exception {
		this.file.claim();
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(lock()))).isEqualTo("rw-------");
	}

	@Test
	void claimMayBeRepeated() throws Exception {
		this.file.claim();
		this.file.claim();
		assertThat(this.path).hasContent(SELF.pid() + "\n");
	}

	@Test
	void successorTakesOverAndThePredecessorsReleaseLeavesItAlone() throws Exception {
		try (ShellProcess predecessor = sleeper()) {
			PidFile first = as(predecessor.id());
			first.claim();
			this.file.check();
			assertThat(this.path).hasContent(predecessor.id().pid() + "\n");
			this.file.takeOver();
			first.release();
			assertThat(this.path).hasContent(SELF.pid() + "\n");
		}
	}

	@Test
	void predecessorThatResumesTakesItBack() throws Exception {
		try (ShellProcess successor = sleeper()) {
			this.file.claim();
			PidFile second = as(successor.id());
			second.takeOver();
			this.file.takeOver();
			assertThat(this.path).hasContent(SELF.pid() + "\n");
			second.release();
			assertThat(this.path).hasContent(SELF.pid() + "\n");
		}
	}

	@Test
	void processThatServesOnAfterItsSuccessorWasKilledTakesItBack() throws Exception {
		this.file.claim();
		try (ShellProcess successor = sleeper()) {
			as(successor.id()).takeOver();
			assertThat(this.path).hasContent(successor.id().pid() + "\n");
		}
		// As far as a second attempt of the successor's may have come
		Files.writeString(this.folder.resolve(".shop.pid.new"), "1");
		this.file.takeOver();
		assertThat(this.path).hasContent(SELF.pid() + "\n");
		assertThat(lock()).hasContent(SELF + "\n");
		this.file.takeOver();
		assertThat(this.path).hasContent(SELF.pid() + "\n");
		assertThat(names()).containsExactlyInAnyOrder("shop.pid", "shop.pid.lock");
	}

	@Test
	void liveProcessOfAnotherStartKeepsIt() throws Exception {
		try (ShellProcess other = sleeper()) {
			as(other.id()).claim();
			assertThatExceptionOfType(PidFileException.class).isThrownBy(this.file::claim)
				.withMessageContaining(this.path.toString())
				.withMessageContaining(Long.toString(other.id().pid()))
				.withMessageContaining("hotswap.pid-file");
			assertThat(this.path).hasContent(other.id().pid() + "\n");
		}
	}

	@Test
	void processIdThatAnotherProcessHasByNowIsStale() throws Exception {
		as(GONE).claim();
		try (ShellProcess reused = sleeper()) {
			Files.writeString(this.path, reused.id().pid() + "\n");
			Files.writeString(lock(), new ProcessId(reused.id().pid(), 1) + "\n");
			this.file.claim();
		}
		assertThat(this.path).hasContent(SELF.pid() + "\n");
	}

	@Test
	void processThatIsGoneIsStale() throws Exception {
		ProcessId gone;
		try (ShellProcess process = sleeper()) {
			gone = process.id();
			as(gone).claim();
		}
		this.file.claim();
		assertThat(this.path).hasContent(SELF.pid() + "\n");
	}

	@Test
	void liveProcessThatAnotherProgramWroteKeepsIt() throws Exception {
		try (ShellProcess other = sleeper()) {
			Files.writeString(this.path, Long.toString(other.id().pid()));
			Files.writeString(lock(), "4711@1\n");
			assertThatExceptionOfType(PidFileException.class).isThrownBy(this.file::claim);
		}
		this.file.claim();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "\n", "999999999\n" })
	void fileWithoutALiveProcessIsStale(String content) throws Exception {
		Files.writeString(this.path, content);
		this.file.claim();
		assertThat(this.path).hasContent(SELF.pid() + "\n");
	}

	@ParameterizedTest
	@ValueSource(strings = { "precious", "12 monkeys", "-1", "99999999999999999999" })
	void fileThatIsNoPidFileIsLeftAlone(String content) throws Exception {
		Files.writeString(this.path, content);
		assertLeftAlone();
		this.file.release();
		assertThat(this.path).hasContent(content);
	}

	@Test
	void folderAtThePathIsLeftAlone() throws Exception {
		Files.createDirectory(this.path);
		assertLeftAlone();
		this.file.release();
		assertThat(this.path).isDirectory();
	}

	private void assertLeftAlone() {
		for (Operation operation : List.<Operation>of(this.file::claim, this.file::takeOver, this.file::check)) {
			assertThatExceptionOfType(PidFileException.class).isThrownBy(operation::run)
				.withMessageContaining(this.path.toString())
				.withMessageContaining("left alone");
		}
	}

	@Test
	void folderThatIsMissingIsNamed() throws Exception {
		PidFile nowhere = new PidFile(this.folder.resolve("none/shop.pid"));
		assertThatExceptionOfType(PidFileException.class).isThrownBy(nowhere::claim)
			.withMessageContaining("none does not exist")
			.withMessageContaining("hotswap.pid-file");
		nowhere.release();
	}

	@Test
	void folderThatIsGoneByTheEndIsNoProblem() throws Exception {
		this.file.claim();
		Files.delete(this.path);
		Files.delete(lock());
		Files.delete(this.folder);
		this.file.release();
		assertThatExceptionOfType(PidFileException.class).isThrownBy(this.file::takeOver);
		Files.createDirectory(this.folder);
		this.file.takeOver();
		assertThat(this.path).hasContent(SELF.pid() + "\n");
	}

	@Test
	void fileThatWasRemovedFromOutsideComesBackWithTheNextHandoff() throws Exception {
		this.file.claim();
		Files.delete(this.path);
		this.file.release();
		this.file.takeOver();
		assertThat(this.path).hasContent(SELF.pid() + "\n");
	}

	@Test
	void fileThatCannotBeCreatedIsExplained() throws Exception {
		// No user, not even root, can create files here
		Path procfs = Path.of("/proc/self/shop.pid");
		Assumptions.assumeTrue(Files.isDirectory(procfs.getParent()));
		assertThatExceptionOfType(PidFileException.class).isThrownBy(() -> new PidFile(procfs).check())
			.withMessageContaining(procfs.toString())
			.withMessageContaining("cannot be written")
			.withMessageContaining("disk");
	}

	@Test
	void diskThatIsFullLeavesTheFileAsItWas() throws Exception {
		as(GONE).claim();
		// Stands in for any failure to write: the temporary file's name is taken
		Path temporary = this.folder.resolve(".shop.pid.new");
		Files.createDirectory(temporary);
		Files.createFile(temporary.resolve("x"));
		assertThatExceptionOfType(PidFileException.class).isThrownBy(this.file::takeOver)
			.withMessageContaining("cannot be written");
		assertThat(this.path).hasContent(GONE.pid() + "\n");
		assertThat(lock()).hasContent(GONE + "\n");
	}

	@Test
	void whatAKilledProcessLeftBehindIsReplaced() throws Exception {
		Files.writeString(this.folder.resolve(".shop.pid.new"), "4");
		this.file.claim();
		assertThat(names()).containsExactlyInAnyOrder("shop.pid", "shop.pid.lock");
	}

	@Test
	void checkLeavesNoPidFile() throws Exception {
		this.file.check();
		assertThat(names()).containsExactly("shop.pid.lock");
	}

	@Test
	void lockThatIsASymbolicLinkIsNotFollowed() throws Exception {
		Path precious = Files.writeString(this.folder.resolve("precious"), "precious");
		Files.createSymbolicLink(lock(), precious);
		assertThatExceptionOfType(PidFileException.class).isThrownBy(this.file::claim);
		assertThat(precious).hasContent("precious");
	}

	@Test
	void lockThatAnotherProcessKeepsIsNamed() throws Exception {
		// The JVM's own table of locks stands in for another process
		try (FileChannel channel = FileChannel.open(lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
				FileLock lock = channel.lock()) {
			assertThat(lock.isValid()).isTrue();
			assertThatExceptionOfType(PidFileException.class)
				.isThrownBy(() -> new PidFile(this.path, SELF, Duration.ofMillis(100)).claim())
				.withMessageContaining(lock().toString())
				.withMessageContaining("fuser");
		}
	}

	@Test
	void exactlyOneOfTwoStartsAtOnceClaimsAStaleFile() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(2);
		try (ShellProcess one = sleeper(); ShellProcess two = sleeper()) {
			for (int round = 0; round < 50; round++) {
				Files.writeString(this.path, "999999999");
				CyclicBarrier start = new CyclicBarrier(2);
				List<Future<ProcessId>> starts = Stream.of(one.id(), two.id())
					.map((id) -> threads.submit(() -> claim(id, start)))
					.toList();
				List<ProcessId> winners = new ArrayList<>();
				for (Future<ProcessId> each : starts) {
					try {
						winners.add(each.get());
					}
					catch (ExecutionException ex) {
						assertThat(ex).hasCauseInstanceOf(PidFileException.class);
					}
				}
				assertThat(winners).singleElement()
					.satisfies((winner) -> assertThat(this.path).hasContent(winner.pid() + "\n"));
				as(winners.get(0)).release();
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	@Test
	void readerNeverSeesAnythingButAProcessId() throws Exception {
		ExecutorService threads = Executors.newSingleThreadExecutor();
		try (ShellProcess other = sleeper()) {
			PidFile second = as(other.id());
			this.file.claim();
			AtomicBoolean done = new AtomicBoolean();
			Future<Boolean> reader = threads.submit(() -> {
				boolean allWell = true;
				while (!done.get()) {
					String content = Files.readString(this.path);
					allWell &= content.equals(SELF.pid() + "\n") || content.equals(other.id().pid() + "\n");
				}
				return allWell;
			});
			for (int i = 0; i < 200; i++) {
				second.takeOver();
				this.file.takeOver();
			}
			done.set(true);
			assertThat(reader.get()).isTrue();
		}
		finally {
			threads.shutdownNow();
		}
	}

	private ProcessId claim(ProcessId id, CyclicBarrier start) throws Exception {
		PidFile contender = as(id);
		start.await();
		contender.claim();
		return id;
	}

	private PidFile as(ProcessId id) {
		return new PidFile(this.path, id, TIMEOUT);
	}

	private Path lock() {
		return this.folder.resolve("shop.pid.lock");
	}

	private List<String> names() throws IOException {
		try (Stream<Path> files = Files.list(this.folder)) {
			return files.map((file) -> file.getFileName().toString()).toList();
		}
	}

	private static ShellProcess sleeper() throws IOException {
		return new ShellProcess("exec sleep 60");
	}

	/**
	 * What a test does with a PID file.
	 */
	private interface Operation {

		void run() throws IOException;

	}

}
