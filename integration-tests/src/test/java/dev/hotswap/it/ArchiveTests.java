package dev.hotswap.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Jars;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.OnPlatforms.Choice;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An application that keeps archives of its releases' classes.
 */
@OnPlatforms(Choice.TWO)
class ArchiveTests {

	private static final String TRAINING = "A training run makes an archive of this release's classes";

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	ArchiveTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void successorStartsWithTheArchiveThatItsPredecessorHasMade() throws Exception {
		App app = app().start().awaitServing();
		await().atMost(Duration.ofMinutes(2)).until(() -> !archives().isEmpty());
		await().until(() -> this.sandbox.living().equals(List.of(app.pid())));
		assertThat(app.servingPid()).isEqualTo(app.pid());
		long successor = app.handOver().successor();
		assertThat(Files.readString(Path.of("/proc/" + successor + "/maps"))).contains(archives().get(0).toString());
		assertThat(app.output()).containsOnlyOnce(TRAINING)
			.contains("The successor starts with the archive " + archives().get(0));
	}

	@Test
	void handoffDuringATrainingRunDoesNotWaitForItAndTheSuccessorMakesTheArchive() throws Exception {
		App app = app().start().awaitServing();
		app.awaitOutput(TRAINING);
		long successor = app.handOver().successor();
		assertThat(app.output()).contains("The archive of this release's classes is left unfinished");
		await().atMost(Duration.ofMinutes(2)).until(() -> !archives().isEmpty());
		assertThat(app.servingPid()).isEqualTo(successor);
		await().until(() -> this.sandbox.living().equals(List.of(successor)));
	}

	private App.Builder app() {
		return this.sandbox.app(this.platform)
			.withDefaultJvmOptions()
			.jvmOption("-Xmx256m")
			.packaged(new Jars(this.sandbox.folder()))
			.property("hotswap.launch.archive-directory", folder());
	}

	private Path folder() {
		return this.sandbox.folder().resolve("archives");
	}

	private List<Path> archives() throws IOException {
		if (Files.notExists(folder())) {
			return List.of();
		}
		try (Stream<Path> files = Files.list(folder())) {
			return files.filter((file) -> file.toString().endsWith(".archive")).toList();
		}
	}

}
