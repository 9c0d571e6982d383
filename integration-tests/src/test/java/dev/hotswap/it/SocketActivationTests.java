package dev.hotswap.it;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Http;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.LoadReport;
import dev.hotswap.it.harness.NotifySocket;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.OnPlatforms.Choice;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Ports;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Listeners that a service manager has opened, passed by the real
 * {@code systemd-socket-activate}, and what the service manager is told of a handoff and
 * of its rollback.
 */
@OnPlatforms(Choice.ONE)
class SocketActivationTests {

	private static final Path PROGRAM = Path.of("/usr/bin/systemd-socket-activate");

	private static final Duration TIMEOUT = Duration.ofSeconds(60);

	private static final List<String> STAGES = List.of("PRECHECK", "VERIFY", "LAUNCH", "START", "WARM_UP",
			"HEALTH_CHECK", "CUTOVER");

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	private Path notifySocket;

	private NotifySocket manager;

	SocketActivationTests(Platform platform) {
		this.platform = platform;
	}

	@BeforeEach
	void listen() throws Exception {
		Assumptions.assumeTrue(Files.isExecutable(PROGRAM),
				"systemd-socket-activate is not installed; Debian's package systemd has it");
		this.notifySocket = this.sandbox.folder().resolve("notify");
		this.manager = NotifySocket.open(this.notifySocket);
	}

	@AfterEach
	void close() {
		if (this.manager != null) {
			this.manager.close();
		}
	}

	@Test
	void twoNamedSocketsGoOnToTheSuccessorAndTheManagerKnowsItsMainProcess() throws Exception {
		int management = Ports.free();
		App.Builder builder = settings().managementPort(management).property("management.server.address", "127.0.0.1");
		App app = activate(builder, "--listen=127.0.0.1:" + builder.port(), "--listen=127.0.0.1:" + management,
				"--fdname=server:management");
		assertThat(app.output()).contains(
				"Started with ['server' 127.0.0.1:%d, 'management' 127.0.0.1:%d]".formatted(app.port(), management));
		Load load = Load.on(app.port(), "/hello").connectionPerRequest().start();
		Load managementLoad = Load.on(management, "/actuator/health/liveness").rate(20).connectionPerRequest().start();
		App.HandedOver handedOver = app.handOver();
		LoadReport managementReport = managementLoad.stop();
		LoadReport report = load.stop();
		System.out.printf("HANDOFFS %s mode=socket-activated trigger=signal handoffs=1 %s%n", this.platform, report);
		System.out.printf("HANDOFFS %s mode=socket-activated listener=management handoffs=1 %s%n", this.platform,
				managementReport);
		assertThatNobodyNoticed(report);
		assertThatNobodyNoticed(managementReport);
		assertThat(handedOver.exitStatus()).hasValue(0);
		assertThat(app.status().path("listeners").findValuesAsString("name")).containsExactlyInAnyOrder("server",
				"management");
		assertThat(environment(handedOver.successor())).contains("NOTIFY_SOCKET=" + this.notifySocket)
			.noneMatch((variable) -> variable.startsWith("LISTEN_"));
		List<String> expected = new ArrayList<>(List.of(ready(handedOver.predecessor(), 1)));
		expected.addAll(handoff());
		expected.add(ready(handedOver.successor(), 2));
		// Once the predecessor has exited, so that the manager is the successor's parent
		expected.add("MAINPID=<other>");
		expected.add("MAINPID=" + handedOver.successor());
		awaitMessages(expected, handedOver.successor());
	}

	@Test
	void socketAsStandardInputGoesOnAndTheManagerHearsOfARollback() throws Exception {
		// With inetd, standard output is the socket, too
		App.Builder builder = settings().property("hotswap.drain.standby", "60s")
			.property("logging.file.name", this.sandbox.folder().resolve("app-1.log"));
		App app = activate(builder, "--listen=127.0.0.1:" + builder.port(), "--inetd");
		assertThat(app.output()).contains("Started with ['stdin' 127.0.0.1:%d]".formatted(app.port()));
		Load load = Load.on(app.port(), "/hello").connectionPerRequest().start();
		app.signalHandoff(app.pid());
		long successor = app.awaitSuccessorOf(app.pid());
		await().atMost(TIMEOUT).until(() -> app.status().at("/draining/0/role").asString().equals("STANDBY"));
		assertThat(Http.once(app.managementPort(), "DELETE", "/actuator/hotswap").status()).isEqualTo(202);
		app.awaitExit(successor);
		LoadReport report = load.stop();
		System.out.printf("HANDOFFS %s mode=inetd trigger=signal reverted=1 %s%n", this.platform, report);
		assertThatNobodyNoticed(report);
		assertThat(app.servingPid()).isEqualTo(app.pid());
		List<String> expected = new ArrayList<>(List.of(ready(app.pid(), 1)));
		expected.addAll(handoff());
		expected.add(ready(successor, 2));
		expected.add("RELOADING=1 MONOTONIC_USEC=<n> STATUS=Serving as generation 2; handoff <id>: reverting "
				+ "EXTEND_TIMEOUT_USEC=<n>");
		expected.add("MAINPID=" + app.pid() + " READY=1 STATUS=Handoff <id> failed in STANDBY (aborted). "
				+ "Serving as generation 1");
		awaitMessages(expected, app.pid());
		app.terminate();
		app.awaitExit();
		expected.add("STOPPING=1 STATUS=Stopping; draining for <n> s at most EXTEND_TIMEOUT_USEC=<n>");
		awaitMessages(expected, app.pid());
	}

	private App.Builder settings() {
		return this.sandbox.app(this.platform).property("server.address", "127.0.0.1");
	}

	private App activate(App.Builder builder, String... options) {
		List<String> words = new ArrayList<>(List.of(PROGRAM.toString()));
		words.addAll(List.of(options));
		// It passes on nothing but what it is told to
		words.addAll(List.of("-E", "HOTSWAP_SANDBOX", "-E", "NOTIFY_SOCKET=" + this.notifySocket));
		return builder.through(words).start().awaitServing();
	}

	private void awaitMessages(List<String> expected, long active) {
		await().atMost(TIMEOUT).untilAsserted(() -> assertThat(messages(active)).containsExactlyElementsOf(expected));
	}

	private List<String> messages(long active) {
		return this.manager.messages()
			.stream()
			.map((message) -> message.replaceAll("_USEC=\\d+", "_USEC=<n>")
				.replaceAll("for \\d+ s", "for <n> s")
				.replaceAll("andoff [^ :]+", "andoff <id>")
				.replaceAll("^MAINPID=(?!%d$)\\d+$".formatted(active), "MAINPID=<other>"))
			.toList();
	}

	private static String ready(long pid, int generation) {
		return "MAINPID=" + pid + " READY=1 STATUS=Serving as generation " + generation;
	}

	private static List<String> handoff() {
		List<String> messages = new ArrayList<>();
		for (String stage : STAGES) {
			messages.add("STATUS=Serving as generation 1; handoff <id>: " + stage + " EXTEND_TIMEOUT_USEC=<n>");
		}
		messages.set(0, "RELOADING=1 MONOTONIC_USEC=<n> " + messages.get(0));
		return messages;
	}

	private static List<String> environment(long pid) throws Exception {
		return Stream
			.of(Files.readString(Path.of("/proc/" + pid + "/environ"), StandardCharsets.ISO_8859_1).split("\0"))
			.toList();
	}

}
