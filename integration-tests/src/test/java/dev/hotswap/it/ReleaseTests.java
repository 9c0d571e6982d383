package dev.hotswap.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;

import dev.hotswap.it.harness.Answer;
import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Http;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.SampleJar;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A service with a folder of releases and a PID file is handed over from one release to
 * the other.
 */
@OnPlatforms(OnPlatforms.Choice.ONE)
class ReleaseTests {

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	private Path store;

	private Path pidFile;

	ReleaseTests(Platform platform) {
		this.platform = platform;
	}

	@BeforeEach
	void deploy() throws Exception {
		this.store = Files.createDirectories(this.sandbox.folder().toRealPath().resolve("shop"));
		this.pidFile = this.store.resolve("shop.pid");
		deploy("1");
		deploy("2");
		Files.createSymbolicLink(this.store.resolve("current"), Path.of("releases/1"));
	}

	@Test
	void requestedReleaseIsLaunchedAndBecomesCurrentOnceItHasProvenItself() throws Exception {
		App app = start();
		assertThat(app.status().path("release").asString()).isEqualTo("1");
		assertThat(this.pidFile).hasContent(app.pid() + "\n");
		assertThat(post(app, "2").status()).isEqualTo(202);
		long successor = app.awaitHandoverFrom(app.pid()).successor();
		assertThat(app.status().path("release").asString()).isEqualTo("2");
		assertThat(app.get("/hello").json().path("version").asString()).isEqualTo("2");
		assertThat(Files.readString(Path.of("/proc", Long.toString(successor), "cmdline")))
			.contains("\0-jar\0" + this.store.resolve("releases/2/shop.jar") + "\0");
		await().untilAsserted(() -> assertThat(this.pidFile).hasContent(successor + "\n"));
		await().untilAsserted(
				() -> assertThat(Files.readSymbolicLink(this.store.resolve("current"))).hasToString("releases/2"));
		JsonNode releases = Http.once(app.port(), "GET", "/actuator/hotswap/releases").json();
		assertThat(releases.path("current").asString()).isEqualTo("2");
		assertThat(releases.path("releases")).hasSize(2);
		ProcessHandle.of(successor).orElseThrow().destroy();
		app.awaitExit(successor);
		assertThat(this.pidFile).doesNotExist();
	}

	@Test
	@Tag("full")
	void stopOfTheServiceDuringTheStandbyLeavesCurrentAlone() throws Exception {
		App app = prepare().property("hotswap.drain.standby", "60s").start().awaitServing();
		post(app, "2");
		long successor = app.awaitSuccessorOf(app.pid());
		await().atMost(Duration.ofSeconds(45))
			.until(() -> app.status().at("/draining/0/role").asString().equals("STANDBY"));
		// As systemd does it, which tells all at once
		ProcessHandle.of(app.pid()).orElseThrow().destroy();
		ProcessHandle.of(successor).orElseThrow().destroy();
		app.awaitExit(app.pid());
		app.awaitExit(successor);
		assertThat(Files.readSymbolicLink(this.store.resolve("current"))).hasToString("releases/1");
		assertThat(this.pidFile).doesNotExist();
	}

	@Test
	void releaseThatIsDamagedOrMissingIsRefusedAndNothingChanges() throws Exception {
		App app = start();
		Files.writeString(this.store.resolve("releases/2/shop.jar"), "damaged");
		post(app, "2");
		JsonNode handoff = app.awaitHistory(1);
		assertThat(handoff.path("code").asString()).isEqualTo("verify");
		assertThat(handoff.path("stage").asString()).isEqualTo("VERIFY");
		assertThat(handoff.path("message").asString()).contains("SHA-256");
		post(app, "../2");
		assertThat(app.awaitHistory(2).path("message").asString()).contains("is no version");
		assertThat(app.servingPid()).isEqualTo(app.pid());
		assertThat(this.pidFile).hasContent(app.pid() + "\n");
		assertThat(Files.readSymbolicLink(this.store.resolve("current"))).hasToString("releases/1");
		assertThat(this.sandbox.living()).containsExactly(app.pid());
	}

	@Test
	@Tag("full")
	void watchLaunchesTheReleaseThatCurrentIsPointedToButNotTheOneThatItMovesTo() throws Exception {
		App app = prepare().property("hotswap.watch.enabled", true)
			.property("hotswap.watch.quiet-period", "300ms")
			.start()
			.awaitServing();
		Path next = Files.createSymbolicLink(this.store.resolve("next"), Path.of("releases/2"));
		Files.move(next, this.store.resolve("current"), StandardCopyOption.ATOMIC_MOVE);
		long second = app.awaitHandoverFrom(app.pid()).successor();
		assertThat(app.awaitHistory(1).path("trigger").asString()).isEqualTo("WATCH");
		assertThat(app.status().path("release").asString()).isEqualTo("2");
		post(app, "1");
		app.awaitHandoverFrom(second);
		assertThat(app.awaitHistory(2).path("trigger").asString()).isEqualTo("ENDPOINT");
		await().untilAsserted(
				() -> assertThat(Files.readSymbolicLink(this.store.resolve("current"))).hasToString("releases/1"));
		await().during(Duration.ofSeconds(2))
			.until(() -> app.status().path("history").size() == 2 && app.status().path("handoff").isNull());
		assertThat(app.status().path("release").asString()).isEqualTo("1");
		Path jar = this.store.resolve("releases/2/shop.jar");
		Files.writeString(jar, "damaged");
		Files.createSymbolicLink(next, Path.of("releases/2"));
		Files.move(next, this.store.resolve("current"), StandardCopyOption.ATOMIC_MOVE);
		JsonNode report = app.awaitHistory(3);
		assertThat(report.path("trigger").asString()).isEqualTo("WATCH");
		assertThat(report.path("code").asString()).isEqualTo("verify");
		app.awaitOutput("to be launched is now 2) is not in use, and not tried again until it changes");
	}

	private App start() {
		return prepare().start().awaitServing();
	}

	private App.Builder prepare() {
		return this.sandbox.app(this.platform)
			.jar(this.store.resolve("current/shop.jar"))
			.property("hotswap.release.directory", this.store)
			.property("hotswap.pid-file", this.pidFile);
	}

	private void deploy(String version) throws Exception {
		Path folder = Files.createDirectories(this.store.resolve("releases").resolve(version));
		Path jar = SampleJar.ofVersion(folder.resolve("shop.jar"), version, this.platform.server());
		byte[] checksum = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar));
		Files.writeString(folder.resolve("shop.jar.sha256"), HexFormat.of().formatHex(checksum) + "  shop.jar\n");
	}

	private static Answer post(App app, String release) throws IOException {
		String body = "{\"release\": \"" + release + "\"}";
		try (Http http = new Http(app.port(), Duration.ofSeconds(10))) {
			http.send(http.head("POST", "/actuator/hotswap", "Connection: close", "Content-Type: application/json",
					"Content-Length: " + body.length()) + body);
			return http.receive();
		}
	}

}
