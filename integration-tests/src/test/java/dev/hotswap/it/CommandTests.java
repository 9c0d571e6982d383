package dev.hotswap.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.LoadReport;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.Page;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.SampleJar;
import dev.hotswap.it.harness.Sandbox;
import dev.hotswap.it.harness.Tool;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The operator's command, by itself and at the end of the deploy script of the
 * documentation.
 */
@OnPlatforms(OnPlatforms.Choice.ONE)
class CommandTests {

	private static final Path SCRIPT = Path.of("../docs/examples/deploy.sh").toAbsolutePath().normalize();

	private static final Duration TIMEOUT = Duration.ofSeconds(60);

	private static final int TRUNCATED = 1024 * 1024;

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	private Path store;

	private Path socket;

	CommandTests(Platform platform) {
		this.platform = platform;
	}

	@BeforeEach
	void locate() throws Exception {
		this.store = Files.createDirectories(this.sandbox.folder().toRealPath().resolve("shop"));
		this.socket = this.sandbox.folder().resolve("c/shop.sock");
	}

	@Test
	void deployScriptSaysHowTheDeploymentEnded() throws Exception {
		Files.createDirectories(this.store.resolve("releases"));
		Files.move(build("1"), this.store.resolve("releases/1"));
		Files.createSymbolicLink(this.store.resolve("current"), Path.of("releases/1"));
		App app = this.sandbox.app(this.platform)
			.jar(this.store.resolve("current/shop.jar"))
			.property("hotswap.release.directory", this.store)
			.property("hotswap.control.socket", this.socket)
			.start()
			.awaitServing();
		Load load = Load.on(app.port(), "/hello").rate(50).start();

		Path gone = Files.move(this.sandbox.temporaryFolder(), this.sandbox.folder().resolve("gone"));
		Tool refused = deploy("2", build("2"));
		Files.move(gone, this.sandbox.temporaryFolder());
		Tool damaged = deploy("3", truncated(build("3")));
		Path broken = truncated(build("4"));
		writeChecksum(broken);
		Tool unable = deploy("4", broken);
		assertThat(app.servingPid()).isEqualTo(app.pid());
		assertThat(Files.readSymbolicLink(this.store.resolve("current"))).hasToString("releases/1");
		Tool done = deploy("5", build("5"));
		assertThat(app.get("/hello").version()).isEqualTo("5");
		app.awaitExit();
		LoadReport report = load.stop();

		System.out.printf("DEPLOY %s refused=%d damaged=%d broken=%d deployed=%d took=%d ms %s%n", this.platform,
				refused.status(), damaged.status(), unable.status(), done.status(), done.took().toMillis(), report);
		assertThat(refused.status()).as(refused.output()).isEqualTo(10);
		assertThat(refused.output()).contains("PRECHECK", "does not exist");
		assertThat(damaged.status()).as(damaged.output()).isEqualTo(13);
		assertThat(damaged.output()).contains("VERIFY", "SHA-256", "Pid " + app.pid() + " serves");
		assertThat(unable.status()).as(unable.output()).isEqualTo(15);
		assertThat(unable.output()).contains("LAUNCH", "exited with status 1");
		assertThat(done.status()).as(done.output()).isZero();
		assertThat(done.output()).contains("HEALTH_CHECK", "CUTOVER", "DRAIN: pid");
		assertThatNobodyNoticed(report);
	}

	@Test
	void commandStartsNoApplicationAndObeysNoOtherUser() throws Exception {
		Path jar = Files.copy(SampleJar.packaged(), this.sandbox.folder().resolve("shop.jar"));
		App app = this.sandbox.app(this.platform)
			.jar(jar)
			.property("hotswap.control.socket", this.socket)
			.start()
			.awaitServing();
		Tool status = command(jar, "status");
		assertThat(status.status()).as(status.output()).isZero();
		assertThat(status.output().lines().map((line) -> line.split(" ")[0])).as(status.output())
			.containsExactly("application", "role", "generation", "pid", "release", "listener");
		assertThat(status.output()).contains("pid          " + app.pid());
		System.out.printf("COMMAND %s command=status took=%d ms%n", this.platform, status.took().toMillis());
		assertThat(command(jar, "abort").status()).isEqualTo(10);
		assertThat(app.servingPid()).isEqualTo(app.pid());
		assertThatAnotherUserIsRefused(jar);
	}

	@Test
	void revertBringsThePredecessorBackAndTheDeathOfTheInstanceIsNoSuccess() throws Exception {
		Path jar = SampleJar.packaged();
		Path faults = this.sandbox.folder().resolve("faults");
		App app = this.sandbox.app(this.platform)
			.property("fixture.fault-file", faults)
			.property("hotswap.control.socket", this.socket)
			.property("hotswap.drain.standby", "60s")
			.start()
			.awaitServing();
		Tool handedOver = command(jar, "handoff");
		assertThat(handedOver.status()).as(handedOver.output()).isZero();
		long successor = app.servingPid();
		assertThat(successor).isNotEqualTo(app.pid());
		Tool reverted = command(jar, "revert");
		assertThat(reverted.status()).as(reverted.output()).isZero();
		assertThat(reverted.output()).contains("is reverted; pid " + app.pid() + " serves again");
		assertThat(app.servingPid()).isEqualTo(app.pid());
		await().atMost(TIMEOUT).until(() -> !this.sandbox.living().contains(successor));

		Files.writeString(faults, "throw-at-start");
		Tool failed = command(jar, "handoff");
		assertThat(failed.status()).as(failed.output()).isEqualTo(15);
		assertThatLogLinesOfThePageAreWritten(app);

		Files.writeString(faults, "hold-at-stage=START");
		CompletableFuture<Tool> watching = CompletableFuture.supplyAsync(() -> command(jar, "handoff"));
		app.awaitOutput("holds in START");
		app.kill(app.pid());
		Tool watched = watching.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
		Files.delete(faults);
		app.awaitSuccessorOf(app.pid());
		System.out.printf("COMMAND %s handoff=%d revert=%d killed=%d%n", this.platform, handedOver.status(),
				reverted.status(), watched.status());
		assertThat(watched.status()).as(watched.output()).isEqualTo(18);
		assertThat(watched.output()).contains("LAUNCH", "The instance (pid " + app.pid() + ")", "is not known here");
	}

	/**
	 * Where something stands for another value: an ellipsis, a number, a stage, a code.
	 */
	private static void assertThatLogLinesOfThePageAreWritten(App app) throws IOException {
		String output = app.output();
		assertThat(Page.of("operations.md").codeOfRows("Handoff …")).hasSizeGreaterThan(8).allSatisfy((line) -> {
			String pattern = Pattern.quote(line)
				.replace("…", "\\E.+\\Q")
				.replaceAll("\\d+", "\\\\E\\\\d+\\\\Q")
				.replaceAll("in [A-Z_]+ \\([a-z-]+\\)", "in \\\\E[A-Z_]+\\\\Q (\\\\E[a-z-]+\\\\Q)");
			assertThat(output).as(line).containsPattern(pattern);
		});
	}

	private void assertThatAnotherUserIsRefused(Path jar) throws Exception {
		boolean root = (Integer) Files.getAttribute(jar, "unix:uid") == 0;
		Assumptions.assumeTrue(root && Files.isExecutable(Path.of("/usr/bin/setpriv")),
				"Only root can run it as another user");
		Files.setPosixFilePermissions(this.sandbox.folder(), PosixFilePermissions.fromString("rwx--x--x"));
		Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-r--r--"));
		Tool foreign = command(jar, "status", "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
		assertThat(foreign.status()).as(foreign.output()).isEqualTo(10);
		assertThat(foreign.output()).contains("another user", this.socket.toString());
	}

	private Tool command(Path jar, String command, String... before) {
		List<String> words = new ArrayList<>(List.of(before));
		words.addAll(List.of(this.platform.jdk().java().toString(), "-jar", jar.toString()));
		try {
			return Tool.run(this.sandbox.folder(),
					Map.of("HOTSWAP_COMMAND", command, "HOTSWAP_CONTROL_SOCKET", this.socket.toString()), words);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private Tool deploy(String version, Path build) throws IOException {
		Map<String, String> environment = new LinkedHashMap<>();
		environment.put("HOTSWAP_RELEASE_DIRECTORY", this.store.toString());
		environment.put("HOTSWAP_CONTROL_SOCKET", this.socket.toString());
		environment.put("PATH", this.platform.jdk().java().getParent() + ":" + System.getenv("PATH"));
		return Tool.run(this.sandbox.folder(), environment, SCRIPT.toString(), version, build.toString());
	}

	private Path build(String version) throws Exception {
		Path folder = Files.createDirectories(this.sandbox.folder().resolve("build").resolve(version));
		SampleJar.ofVersion(folder.resolve("shop.jar"), version, this.platform.server());
		writeChecksum(folder);
		return folder;
	}

	private static Path truncated(Path build) throws IOException {
		Path jar = build.resolve("shop.jar");
		Files.write(jar, Arrays.copyOf(Files.readAllBytes(jar), TRUNCATED));
		return build;
	}

	private static void writeChecksum(Path build) throws Exception {
		byte[] checksum = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(build.resolve("shop.jar")));
		Files.writeString(build.resolve("shop.jar.sha256"), HexFormat.of().formatHex(checksum) + "  shop.jar\n");
	}

}
