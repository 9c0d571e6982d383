package dev.hotswap.process;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link ArchiveLauncher}, with programs that the JDK makes archives of.
 */
@Timeout(120)
class ArchiveLauncherTests {

	@TempDir
	private Path directory;

	private final List<List<String>> launched = new ArrayList<>();

	private @Nullable String obstacle;

	private int status;

	private ArchiveLauncher launcher;

	@BeforeEach
	void prepare() {
		this.launcher = launcher();
	}

	@Test
	void archiveIsMadeOnceAndThenProcessesStartWithIt() throws Exception {
		LaunchRequest request = request(Program.class, "0");
		this.launcher.launch(request);
		assertThat(this.launched.get(0)).isEqualTo(request.commandLine().words());
		this.launcher = launcher();
		this.launcher.prepare(() -> request);
		assertThat(archives()).hasSize(1);
		Path archive = archives().get(0);
		assertThat(files()).containsExactlyInAnyOrder(archive, archives().get(0).resolveSibling("training.log"));
		assertThat(archive.resolveSibling("training.log")).content().contains("onRefresh");
		Object made = Files.getAttribute(archive, "unix:ctime");
		this.launcher = launcher();
		this.launcher.prepare(() -> request);
		assertThat(Files.getAttribute(archive, "unix:ctime")).isEqualTo(made);
		this.launcher.launch(request);
		assertThat(this.launched.get(1)).anyMatch((word) -> word.startsWith("-XX:") && word.endsWith("=" + archive))
			.containsAll(request.commandLine().words());
		assertThat(new ProcessBuilder(this.launched.get(1)).inheritIO().start().waitFor()).isZero();
	}

	@Test
	void anotherReleaseStartsWithoutTheArchive() throws Exception {
		this.launcher.prepare(() -> request(Program.class, "0"));
		assertThat(archives()).hasSize(1);
		Files.write(this.directory.resolve("app.jar"), new byte[] { 0 }, StandardOpenOption.APPEND);
		LaunchRequest other = new LaunchRequest(new CommandLine(words("0")), this.directory, System.getenv());
		this.launcher.launch(other);
		assertThat(this.launched.get(0)).isEqualTo(other.commandLine().words());
	}

	@Test
	void archiveWithWhichASuccessorCrashesIsNotUsedAgain() throws Exception {
		LaunchRequest request = request(Program.class, "0");
		this.launcher.prepare(() -> request);
		assertThat(archives()).hasSize(1);
		for (int other : new int[] { 0, 1, 128 + 9, 128 + 15 }) {
			this.status = other;
			this.launcher.launch(request);
			assertThat(archives()).hasSize(1);
		}
		this.status = 128 + 6;
		this.launcher.launch(request);
		assertThat(archives()).isEmpty();
	}

	@Test
	void launchEndsATrainingRunAndNoneBeginsAfterwards() throws Exception {
		LaunchRequest request = request(Program.class, "60");
		CompletableFuture<Void> preparation = CompletableFuture.runAsync(() -> this.launcher.prepare(() -> request));
		await().until(() -> training().size() == 1);
		this.launcher.launch(request);
		preparation.get(30, TimeUnit.SECONDS);
		await().until(() -> training().isEmpty());
		assertThat(archives()).isEmpty();
		assertThat(files()).extracting((file) -> file.getFileName().toString()).containsExactly("training.log");
		this.launcher.prepare(() -> request);
		assertThat(archives()).isEmpty();
	}

	@Test
	void stopEndsATrainingRun() throws Exception {
		LaunchRequest request = request(Program.class, "60");
		CompletableFuture<Void> preparation = CompletableFuture.runAsync(() -> this.launcher.prepare(() -> request));
		await().until(() -> training().size() == 1);
		this.launcher.stopPreparing();
		preparation.get(30, TimeUnit.SECONDS);
		await().until(() -> training().isEmpty());
	}

	@Test
	void trainingRunThatFailsLeavesNothingButItsLog() throws Exception {
		this.launcher.prepare(() -> request(Program.class, "fails"));
		assertThat(files()).extracting((file) -> file.getFileName().toString()).containsExactly("training.log");
		assertThat(this.directory.resolve("archives/training.log")).content().contains("NumberFormatException");
	}

	@Test
	void archiveThatTheJvmWouldNotUseIsNotKept() throws Exception {
		this.launcher.prepare(() -> request(Program.class, "replaced"));
		assertThat(archives()).isEmpty();
		assertThat(this.directory.resolve("archives/training.log")).content()
			.contains("replaced")
			.containsIgnoringCase("not the one used while building the shared archive file");
	}

	@Test
	void noneIsMadeWhileThereIsNoRoom() throws Exception {
		this.obstacle = "there is no memory";
		this.launcher.prepare(() -> request(Program.class, "0"));
		assertThat(files()).isEmpty();
	}

	private ArchiveLauncher launcher() {
		return new ArchiveLauncher((request) -> {
			this.launched.add(request.commandLine().words());
			return new Exited(new ProcessId(1, 1), CompletableFuture.completedFuture(this.status));
		}, this.directory.resolve("archives"), () -> this.obstacle);
	}

	private List<Path> archives() throws IOException {
		return files().stream().filter((file) -> file.toString().endsWith(".archive")).toList();
	}

	private List<Path> files() throws IOException {
		Path folder = this.directory.resolve("archives");
		if (Files.notExists(folder)) {
			return List.of();
		}
		try (Stream<Path> files = Files.list(folder)) {
			return files.toList();
		}
	}

	private static List<ProcessHandle> training() {
		return ProcessHandle.current()
			.descendants()
			.filter((process) -> process.info().commandLine().orElse("").contains("app.jar"))
			.toList();
	}

	private LaunchRequest request(Class<?> program, String argument) throws IOException {
		String entry = program.getName().replace('.', '/') + ".class";
		try (OutputStream file = Files.newOutputStream(this.directory.resolve("app.jar"));
				JarOutputStream jar = new JarOutputStream(file);
				InputStream bytes = program.getClassLoader().getResourceAsStream(entry)) {
			jar.putNextEntry(new JarEntry(entry));
			bytes.transferTo(jar);
		}
		return new LaunchRequest(new CommandLine(words(argument)), this.directory, System.getenv());
	}

	private List<String> words(String argument) {
		return List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(), "-cp",
				this.directory.resolve("app.jar").toString(), Program.class.getName(), argument);
	}

	private record Exited(ProcessId id, CompletableFuture<Integer> onExit) implements LaunchedProcess {

	}

	/**
	 * Sleeps for as many seconds as it is told, or is replaced.
	 */
	static final class Program {

		private Program() {
		}

		public static void main(String[] arguments) throws Exception {
			System.out.println(System.getProperty("spring.context.exit"));
			if (arguments[0].equals("replaced")) {
				System.out.println(arguments[0]);
				Runtime.getRuntime().addShutdownHook(new Thread(Program::replace));
				return;
			}
			Thread.sleep(Duration.ofSeconds(Integer.parseInt(arguments[0])).toMillis());
		}

		/** As if somebody had deployed meanwhile. */
		private static void replace() {
			if (!new File(System.getProperty("java.class.path")).setLastModified(0)) {
				Runtime.getRuntime().halt(99);
			}
		}

	}

}
