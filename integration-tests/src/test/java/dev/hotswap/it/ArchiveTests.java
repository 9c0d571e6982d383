package dev.hotswap.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
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
	void handoffDuringATrainingRunDoesNotWaitForItAndTheNextSuccessorStartsWithAnArchive() throws Exception {
		App app = app().start().awaitServing();
		app.awaitOutput(TRAINING);
		long second = app.handOver().successor();
		assertThat(app.output()).contains("The archive of this release's classes is left unfinished");
		await().atMost(Duration.ofMinutes(2)).until(() -> !archives().isEmpty());
		await().until(() -> this.sandbox.living().equals(List.of(second)));
		assertThat(app.servingPid()).isEqualTo(second);
		long third = app.handOver().successor();
		assertThat(Files.readString(Path.of("/proc/" + third + "/maps"))).contains(archives().get(0).toString());
		assertThat(app.output()).contains("The successor starts with the archive " + archives().get(0));
		assertThat(Pattern.compile(TRAINING, Pattern.LITERAL).matcher(app.output()).results()).hasSize(2);
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
