package dev.hotswap.process;

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
		this.launcher.prepare(request);
		assertThat(archives()).hasSize(1);
		Path archive = archives().get(0);
		assertThat(files()).containsExactlyInAnyOrder(archive, archives().get(0).resolveSibling("training.log"));
		assertThat(archive.resolveSibling("training.log")).content().contains("onRefresh");
		Object made = Files.getAttribute(archive, "unix:ctime");
		this.launcher.prepare(request);
		assertThat(Files.getAttribute(archive, "unix:ctime")).isEqualTo(made);
		this.launcher.launch(request);
		assertThat(this.launched.get(1)).anyMatch((word) -> word.startsWith("-XX:") && word.endsWith("=" + archive))
			.containsAll(request.commandLine().words());
		assertThat(new ProcessBuilder(this.launched.get(1)).inheritIO().start().waitFor()).isZero();
	}

	@Test
	void anotherReleaseStartsWithoutTheArchive() throws Exception {
		this.launcher.prepare(request(Program.class, "0"));
		assertThat(archives()).hasSize(1);
		Files.write(this.directory.resolve("app.jar"), new byte[] { 0 }, StandardOpenOption.APPEND);
		LaunchRequest other = new LaunchRequest(new CommandLine(words("0")), this.directory, System.getenv());
		this.launcher.launch(other);
		assertThat(this.launched.get(0)).isEqualTo(other.commandLine().words());
	}

	@Test
	void launchEndsATrainingRunAndNoneBeginsAfterwards() throws Exception {
		LaunchRequest request = request(Program.class, "60");
		CompletableFuture<Void> preparation = CompletableFuture.runAsync(() -> this.launcher.prepare(request));
		await().until(() -> training().size() == 1);
		await().until(() -> Files.exists(this.directory.resolve("archives/training.log"))
				&& Files.readString(this.directory.resolve("archives/training.log")).contains("onRefresh"));
		this.launcher.launch(request);
		preparation.get(30, TimeUnit.SECONDS);
		await().until(() -> training().isEmpty());
		assertThat(archives()).isEmpty();
		assertThat(files()).extracting((file) -> file.getFileName().toString()).containsExactly("training.log");
		this.launcher.prepare(request);
		assertThat(archives()).isEmpty();
	}

	@Test
	void closeEndsATrainingRun() throws Exception {
		LaunchRequest request = request(Program.class, "60");
		CompletableFuture<Void> preparation = CompletableFuture.runAsync(() -> this.launcher.prepare(request));
		await().until(() -> training().size() == 1);
		this.launcher.close();
		preparation.get(30, TimeUnit.SECONDS);
		await().until(() -> training().isEmpty());
	}

	@Test
	void trainingRunThatFailsLeavesNothingButItsLog() throws Exception {
		this.launcher.prepare(request(Program.class, "fails"));
		assertThat(files()).extracting((file) -> file.getFileName().toString()).containsExactly("training.log");
		assertThat(this.directory.resolve("archives/training.log")).content().contains("NumberFormatException");
	}

	@Test
	void noneIsMadeWhileThereIsNoRoom() throws Exception {
		this.obstacle = "there is no memory";
		this.launcher.prepare(request(Program.class, "0"));
		assertThat(files()).isEmpty();
	}

	private ArchiveLauncher launcher() {
		return new ArchiveLauncher((request) -> {
			this.launched.add(request.commandLine().words());
			return null;
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

	/**
	 * Sleeps for as many seconds as it is told.
	 */
	static final class Program {

		private Program() {
		}

		public static void main(String[] arguments) throws InterruptedException {
			System.out.println(System.getProperty("spring.context.exit"));
			Thread.sleep(Duration.ofSeconds(Integer.parseInt(arguments[0])).toMillis());
		}

	}

}
