package dev.hotswap.it;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Http;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.LoadReport;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.OnPlatforms.Choice;
import dev.hotswap.it.harness.OpenFiles;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a handoff needs of the machine is missing: the operator is told what, clients
 * notice nothing, and once it is there again the next handoff works.
 */
@OnPlatforms(Choice.ONE)
class HostileWorldTests {

	private static final int DESCRIPTORS = 300;

	/** Some, and fewer than a handoff needs. */
	private static final int SPARE_DESCRIPTORS = 40;

	/**
	 * Of the control socket's acceptor: accept(2) takes a number before it waits, which
	 * /proc does not show.
	 */
	private static final int RESERVED_DESCRIPTORS = 1;

	private static final int DISK = 40 * 1024 * 1024;

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	HostileWorldTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void controlSocketDeletedFromOutside() throws Exception {
		App app = this.sandbox.app(this.platform).start().awaitServing();
		Load load = Load.on(app.port(), "/hello").rate(50).start();
		Files.delete(FaultyHandoff.controlPath(this.sandbox, app));
		assertThat(app.handOver().exitStatus()).hasValue(0);
		assertThat(app.output()).contains("was gone and is bound again");
		assertThatNobodyNoticed(load.stop());
	}

	@Test
	void temporaryFolderGone() throws Exception {
		App app = this.sandbox.app(this.platform).start().awaitServing();
		Load load = Load.on(app.port(), "/hello").rate(50).start();
		Path gone = this.sandbox.folder().resolve("gone");
		Files.move(this.sandbox.temporaryFolder(), gone);
		app.signalHandoff(app.pid());
		JsonNode handoff = app.awaitHistory(1);
		assertThatItWasRefused(handoff);
		assertThat(handoff.path("message").asString()).contains(this.sandbox.temporaryFolder().toString())
			.contains("does not exist");
		// With all that was in it deleted
		Files.createDirectory(this.sandbox.temporaryFolder());
		assertThat(app.handOver().exitStatus()).hasValue(0);
		assertThatNobodyNoticed(load.stop());
	}

	@Test
	void noDescriptorsLeft() throws Exception {
		App app = this.sandbox.app(this.platform)
			.property("server.tomcat.max-keep-alive-requests", -1)
			.descriptorLimit(DESCRIPTORS)
			.start()
			.awaitServing();
		Load load = Load.on(app.port(), "/hello").rate(50).keptConnections(4).start();
		Deque<Http> clients = new ArrayDeque<>();
		try (Http kept = new Http(app.port(), PATIENCE)) {
			kept.get("/hello");
			while (OpenFiles.of(app.pid()).count() < DESCRIPTORS - RESERVED_DESCRIPTORS) {
				clients.push(new Http(app.port(), PATIENCE));
			}
			try (Http late = new Http(app.port(), PATIENCE)) {
				late.send(late.head("GET", "/hello"));
				app.signalHandoff(app.pid());
				assertThatDescriptorsAreMissed(awaitHistory(kept, 1), "has 300 files");
				kept.send(kept.head("POST", "/actuator/hotswap", "Content-Length: 0"));
				assertThat(kept.receive().status()).isEqualTo(202);
				assertThatDescriptorsAreMissed(awaitHistory(kept, 2), "has 300 files");
				assertThat(OpenFiles.of(app.pid()).count()).isEqualTo(DESCRIPTORS - RESERVED_DESCRIPTORS);
				assertThat(kept.get("/hello").pid()).isEqualTo(app.pid());
				for (int i = 0; i < SPARE_DESCRIPTORS; i++) {
					clients.pop().close();
				}
				assertThat(late.receive().pid()).as("who has waited to be accepted").isEqualTo(app.pid());
			}
			app.signalHandoff(app.pid());
			assertThatDescriptorsAreMissed(awaitHistory(kept, 3), "has 2");
		}
		finally {
			for (Http client : clients) {
				client.close();
			}
		}
		await().atMost(PATIENCE).until(() -> OpenFiles.of(app.pid()).count() < DESCRIPTORS / 2);
		assertThat(app.handOver().exitStatus()).hasValue(0);
		assertThatNobodyNoticed(load.stop());
	}

	/** A connect would have to wait. */
	private static JsonNode awaitHistory(Http kept, int count) {
		return await().atMost(PATIENCE)
			.until(() -> kept.get("/actuator/hotswap").json().path("history"), (history) -> history.size() >= count)
			.get(0);
	}

	private static void assertThatDescriptorsAreMissed(JsonNode handoff, String open) {
		assertThatItWasRefused(handoff);
		assertThat(handoff.path("message").asString()).contains(open, "RLIMIT_NOFILE", "LimitNOFILE=");
	}

	@Test
	void diskFull() throws Exception {
		Path disk = this.sandbox.temporaryFolder();
		mount(disk);
		try {
			App app = this.sandbox.app(this.platform)
				.property("hotswap.prechecks.disk.required", "16MB")
				.start()
				.awaitServing();
			Load load = Load.on(app.port(), "/hello").rate(50).start();
			Path filler = disk.resolve("filler");
			fill(filler);
			app.signalHandoff(app.pid());
			JsonNode handoff = app.awaitHistory(1);
			assertThatItWasRefused(handoff);
			assertThat(handoff.path("message").asString()).contains(disk.toString())
				.contains("hotswap.prechecks.disk.required");
			Files.delete(filler);
			long successor = app.handOver().successor();
			LoadReport report = load.stop();
			assertThatNobodyNoticed(report);
			ProcessHandle.of(successor).orElseThrow().destroy();
			app.awaitExit(successor);
		}
		finally {
			run("umount", "-l", disk.toString());
		}
	}

	@Test
	void diskFullWhereTheSuccessorWrites() throws Exception {
		Path disk = Files.createDirectory(this.sandbox.folder().resolve("disk"));
		mount(disk);
		try {
			App app = this.sandbox.app(this.platform)
				.property("hotswap.pid-file", disk.resolve("fixture.pid"))
				.start()
				.awaitServing();
			Load load = Load.on(app.port(), "/hello").rate(50).start();
			Path filler = disk.resolve("filler");
			fill(filler);
			app.signalHandoff(app.pid());
			JsonNode handoff = app.awaitHistory(1);
			assertThat(handoff.path("stage").asString()).isEqualTo("START");
			assertThat(handoff.path("message").asString()).contains(disk.resolve("fixture.pid").toString())
				.contains("No space left on device");
			assertThat(disk.resolve("fixture.pid")).hasContent(Long.toString(app.pid()));
			Files.delete(filler);
			long successor = app.handOver().successor();
			assertThatNobodyNoticed(load.stop());
			assertThat(disk.resolve("fixture.pid")).hasContent(Long.toString(successor));
			ProcessHandle.of(successor).orElseThrow().destroy();
			app.awaitExit(successor);
		}
		finally {
			run("umount", "-l", disk.toString());
		}
	}

	private static void assertThatItWasRefused(JsonNode handoff) {
		assertThat(handoff.path("code").asString()).as(handoff.toString()).isEqualTo("refused");
		assertThat(handoff.path("stage").asString()).isEqualTo("PRECHECK");
	}

	private static void mount(Path folder) throws Exception {
		int status = run("mount", "-t", "tmpfs", "-o", "mode=0777,size=" + DISK, "tmpfs", folder.toString());
		Assumptions.assumeTrue(status == 0, "A small disk can be mounted by root only");
	}

	private static void fill(Path file) throws IOException {
		byte[] block = new byte[4096];
		try (OutputStream output = Files.newOutputStream(file)) {
			while (true) {
				output.write(block);
			}
		}
		catch (IOException ex) {
			assertThat(ex).hasMessageContaining("No space left");
		}
	}

	private static int run(String... command) throws Exception {
		return new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.start()
			.waitFor();
	}

}
