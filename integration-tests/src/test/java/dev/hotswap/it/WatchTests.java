package dev.hotswap.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Http;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.LoadReport;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.OnPlatforms.Choice;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Whoever edits the configuration of a running application gets a successor that has
 * proven it, or a report.
 */
@OnPlatforms(Choice.ONE)
class WatchTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(60);

	private static final Duration QUIET_PERIOD = Duration.ofMillis(400);

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	private Path folder;

	private Path file;

	WatchTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void fiveEditsUnderLoadOneOfThemBrokenAreFourHandoffsAndOneReport() throws Exception {
		this.folder = Files.createDirectories(this.sandbox.folder().resolve("service"));
		this.file = this.folder.resolve("application.yml");
		Files.writeString(this.file, version("first"));
		App app = this.sandbox.app(this.platform)
			.directory(this.folder)
			.property("hotswap.watch.enabled", true)
			.property("hotswap.watch.quiet-period", QUIET_PERIOD.toMillis() + "ms")
			.start()
			.awaitServing();
		String revision = app.status().path("revision").asString();
		assertThat(revision).hasSize(12);
		Load load = Load.on(app.port(), "/hello").start();

		Files.writeString(this.file, version("second"));
		assertHandedOver(app, 1, "second");
		saveAsVimDoes(version("third"));
		assertHandedOver(app, 2, "third");
		long third = app.servingPid();

		Files.writeString(this.file, "fixture:\n  version: [broken\n");
		JsonNode report = app.awaitHistory(3);
		assertThat(report.path("result").asString()).isEqualTo("FAILED");
		assertThat(report.path("trigger").asString()).isEqualTo("WATCH");
		assertThat(report.path("code").asString()).isEqualTo("successor-exited");
		assertThat(report.path("exitStatus").asInt()).isOne();
		assertThat(report.path("message").asString()).contains("while parsing a flow sequence")
			.contains("expected ','");
		app.awaitOutput("is not in use, and not tried again until it changes");
		Files.setLastModifiedTime(this.file, FileTime.from(Instant.now()));
		Files.writeString(this.folder.resolve(".application.yml.swp"), "swap");
		await().during(QUIET_PERIOD.multipliedBy(6))
			.atMost(TIMEOUT)
			.until(() -> app.status().path("history").size() == 3 && app.status().path("handoff").isNull());
		assertThat(app.servingPid()).isEqualTo(third);

		replace(version("fourth"));
		assertHandedOver(app, 4, "fourth");
		Files.writeString(this.file, version("first"));
		assertHandedOver(app, 5, "first");
		LoadReport seen = load.stop();
		System.out.printf("HANDOFFS %s mode=kept trigger=watch handoffs=4 failed=1 %s%n", this.platform, seen);
		assertThatNobodyNoticed(seen);
		JsonNode status = app.status();
		assertThat(status.path("generation").asInt()).isEqualTo(5);
		assertThat(status.path("revision").asString()).as("the same files again").isEqualTo(revision);
		JsonNode health = Http.once(app.managementPort(), "GET", "/actuator/health").json();
		assertThat(health.at("/components/hotswap/details/revision").asString()).isEqualTo(revision);
		assertThat(app.output()).contains("generation 5, revision " + revision)
			.containsOnlyOnce("is not in use, and not tried again");
		await().atMost(TIMEOUT).until(() -> this.sandbox.living().size() == 1);
	}

	private static void assertHandedOver(App app, int count, String version) throws IOException {
		JsonNode handoff = app.awaitHistory(count);
		assertThat(handoff.path("result").asString()).isEqualTo("SUCCEEDED");
		assertThat(handoff.path("trigger").asString()).isEqualTo("WATCH");
		assertThat(app.get("/hello").version()).isEqualTo(version);
	}

	private static String version(String version) {
		return "fixture:\n  version: " + version + "\n";
	}

	/** With its test of the folder, a swap file, and the old file under another name. */
	private void saveAsVimDoes(String content) throws IOException {
		Path swap = Files.writeString(this.folder.resolve(".application.yml.swp"), "swap");
		Files.delete(Files.createFile(this.folder.resolve("4913")));
		Path backup = Files.move(this.file, this.folder.resolve("application.yml~"));
		Files.writeString(this.file, content);
		Files.delete(backup);
		Files.delete(swap);
	}

	private void replace(String content) throws IOException {
		Path next = Files.writeString(this.folder.resolve("application.yml.new"), content);
		Files.move(next, this.file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
	}

}
