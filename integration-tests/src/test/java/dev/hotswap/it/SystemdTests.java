package dev.hotswap.it;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import dev.hotswap.it.harness.Answer;
import dev.hotswap.it.harness.DocumentedUnits;
import dev.hotswap.it.harness.Http;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.LoadReport;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.OnPlatforms.Choice;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Ports;
import dev.hotswap.it.harness.SampleJar;
import dev.hotswap.it.harness.Sandbox;
import dev.hotswap.it.harness.SystemdMachine;
import dev.hotswap.it.harness.Tool;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * The units of {@code docs/systemd.md} under a real systemd.
 */
@OnPlatforms(Choice.ONE)
class SystemdTests {

	private static final String SERVICE = "shop.service";

	private static final int RELOADS = 5;

	/** What one process may have begun to answer when it is killed. */
	private static final int IN_FLIGHT = 10;

	private static final Duration TIMEOUT = Duration.ofSeconds(60);

	private final int port = Ports.free();

	private final Platform platform;

	@Order(1)
	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	@Order(2)
	@RegisterExtension
	private final SystemdMachine machine;

	SystemdTests(Platform platform) {
		this.platform = platform;
		this.machine = new SystemdMachine(this.sandbox, platform.jdk());
	}

	@BeforeEach
	void install() throws Exception {
		Path jar = SampleJar.ofVersion(this.machine.shop().resolve("app.jar"), "1", this.platform.server());
		Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-r--r--"));
		install(SERVICE);
		this.machine.unit(SERVICE + ".d/test.conf", """
				[Service]
				Environment=SERVER_ADDRESS=127.0.0.1 SERVER_PORT=%d
				Environment=HOTSWAP_DRAIN_STANDBY=0s HOTSWAP_WARM_UP_DURATION=0s
				Environment="JAVA_TOOL_OPTIONS=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx128m"
				StandardOutput=append:/srv/shop/output
				""".formatted(this.port));
	}

	@Test
	void reloadIsAHandoffAndStopIsADrain() throws Exception {
		start(SERVICE);
		LoadReport report;
		LoadReport freshReport;
		long took = 0;
		try (Load load = Load.on(this.port, "/hello").untilAnnounced().start();
				Load fresh = Load.on(this.port, "/hello").rate(100).connectionPerRequest().start()) {
			for (int i = 1; i <= RELOADS; i++) {
				Tool reload = this.machine.systemctl("reload", SERVICE);
				assertThat(reload.status()).as(reload.output()).isZero();
				assertThatItServes("Serving as generation " + (i + 1));
				took += reload.took().toMillis();
			}
			assertThatSystemdHasNoComplaint();
			assertThatAReloadThatFailsHarmsNothing();
			freshReport = fresh.stop();
			stop(SERVICE);
			report = load.stop();
		}
		System.out.printf("SYSTEMD %s mode=kept reloads=%d took=%d ms each, then stop %s%n", this.platform, RELOADS,
				took / RELOADS, report);
		System.out.printf("SYSTEMD %s mode=per-request reloads=%d %s%n", this.platform, RELOADS, freshReport);
		assertThatNobodyNoticed(report);
		assertThatNobodyNoticed(freshReport);
	}

	private void assertThatAReloadThatFailsHarmsNothing() throws Exception {
		String active = this.machine.show(SERVICE, "MainPID").get("MainPID");
		Path configuration = Files.writeString(this.machine.shop().resolve("application.properties"),
				"server.tomcat.max-connections=many");
		Tool reload = this.machine.systemctl("reload", SERVICE);
		Files.delete(configuration);
		assertThat(reload.status()).as(reload.output()).isNotZero();
		String status = this.machine.show(SERVICE, "StatusText").get("StatusText");
		assertThat(status).matches("Handoff \\S+ failed in START \\(successor-exited\\)\\. Serving as generation 6");
		assertThat(assertThatItServes(status)).containsEntry("MainPID", active);
	}

	@Test
	void killedServiceOfASocketUnitRefusesNoConnect() throws Exception {
		install("shop.socket");
		install("shop.service.d/store.conf");
		start("shop.socket", SERVICE);
		assertThatKillRefusesNoConnect("socket-unit");
		assertThat(output()).doesNotContain("No connector has claimed");
		stop("shop.socket", SERVICE);
	}

	@Test
	@Tag("full")
	void killedServiceWithAStoreRefusesNoConnect() throws Exception {
		install("shop.service.d/store.conf");
		start(SERVICE);
		assertThatKillRefusesNoConnect("store");
		assertThat(output()).contains("Started with ['hotswap.server' 127.0.0.1:" + this.port + "]");
		// Nor does a generation that found the listener in the store, or its successor
		this.machine.systemctl("reload", SERVICE);
		assertThatItServes("Serving as generation 2");
		awaitEndOfPredecessor();
		assertThatKillRefusesNoConnect("store-after-reload");
		stop(SERVICE);
	}

	private void assertThatKillRefusesNoConnect(String mode) throws Exception {
		int restarts = Integer.parseInt(this.machine.show(SERVICE, "NRestarts").get("NRestarts"));
		LoadReport report;
		try (Load load = Load.on(this.port, "/hello").rate(50).connectionPerRequest().start()) {
			await().atMost(TIMEOUT).until(() -> load.answersByPid().size() == 1);
			kill();
			await().atMost(TIMEOUT).until(() -> load.answersByPid().size() == 2);
			report = load.stop();
		}
		System.out.printf("SYSTEMD %s mode=%s killed=1 %s%n", this.platform, mode, report);
		assertThat(report.failures()).doesNotContainKeys("Connection refused", "no answer", "no connection free");
		assertThat(report.total().failed()).as("in flight").isLessThan(IN_FLIGHT);
		assertThatItServes("Serving as generation 1");
		assertThat(this.machine.show(SERVICE, "NRestarts")).containsEntry("NRestarts", String.valueOf(restarts + 1));
	}

	@Test
	@Tag("full")
	void predecessorThatStandsByIsTheMainProcessAgainWhenItsSuccessorIsKilled() throws Exception {
		this.machine.unit(SERVICE + ".d/z-standby.conf", "[Service]\nEnvironment=HOTSWAP_DRAIN_STANDBY=60s\n");
		start(SERVICE);
		String first = this.machine.show(SERVICE, "MainPID").get("MainPID");
		assertThat(this.machine.systemctl("reload", SERVICE).status()).isZero();
		await().atMost(TIMEOUT)
			.until(() -> Http.once(this.port, "GET", "/actuator/hotswap")
				.json()
				.at("/draining/0/role")
				.asString()
				.equals("STANDBY"));
		kill();
		await().atMost(TIMEOUT).until(() -> this.machine.show(SERVICE, "MainPID").get("MainPID").equals(first));
		String status = this.machine.show(SERVICE, "StatusText").get("StatusText");
		assertThat(status).contains("failed in STANDBY (successor-exited). Serving as generation 1");
		assertThatItServes(status);
		assertThatSystemdHasNoComplaint();
		stop(SERVICE);
	}

	@Test
	@Tag("full")
	void stopInTheMiddleOfAHandoffIsADrain() throws Exception {
		start(SERVICE);
		LoadReport report;
		try (Load load = Load.on(this.port, "/hello").untilAnnounced().start()) {
			this.machine.systemctl("reload", "--no-block", SERVICE);
			await().atMost(TIMEOUT)
				.until(() -> this.machine.show(SERVICE, "StatusText").toString().contains(": START"));
			stop(SERVICE);
			report = load.stop();
		}
		System.out.printf("SYSTEMD %s mode=kept stopped-in=START %s%n", this.platform, report);
		assertThatNobodyNoticed(report);
	}

	@Test
	@Tag("full")
	void eachActiveProcessFeedsTheWatchdog() throws Exception {
		this.machine.unit(SERVICE + ".d/watchdog.conf", "[Service]\nWatchdogSec=2s\n");
		start(SERVICE);
		assertThat(this.machine.systemctl("reload", SERVICE).status()).isZero();
		Map<String, String> state = assertThatItServes("Serving as generation 2");
		Set<String> signsOfLife = new HashSet<>();
		await().atMost(TIMEOUT).until(() -> {
			signsOfLife.add(this.machine.show(SERVICE, "WatchdogTimestampMonotonic").toString());
			return signsOfLife.size() > 3;
		});
		assertThat(assertThatItServes("Serving as generation 2")).isEqualTo(state);
		stop(SERVICE);
	}

	@Test
	@Tag("full")
	void signalCanBeTheReload() throws Exception {
		int version = this.machine.version();
		Assumptions.assumeTrue(version >= 253, () -> "Type=notify-reload needs systemd 253, and this is " + version);
		install("shop.service.d/reload.conf");
		start(SERVICE);
		LoadReport report;
		try (Load load = Load.on(this.port, "/hello").untilAnnounced().start()) {
			for (int i = 1; i <= 2; i++) {
				String status = "Serving as generation " + (i + 1);
				assertThat(this.machine.systemctl("reload", SERVICE).status()).isZero();
				// Systemd knows before the predecessor does, which accepts until then
				await().atMost(TIMEOUT).untilAsserted(() -> assertThatItServes(status));
			}
			stop(SERVICE);
			report = load.stop();
		}
		System.out.printf("SYSTEMD %s systemd=%d mode=kept reloads=2 trigger=signal %s%n", this.platform, version,
				report);
		assertThatNobodyNoticed(report);
	}

	private void start(String... units) throws IOException {
		Tool start = this.machine.systemctl(Stream.concat(Stream.of("start"), Stream.of(units)).toArray(String[]::new));
		assertThat(start.status()).as(start.output()).isZero();
		assertThatItServes("Serving as generation 1");
	}

	private void stop(String... units) throws IOException {
		Tool stop = this.machine.systemctl(Stream.concat(Stream.of("stop"), Stream.of(units)).toArray(String[]::new));
		assertThat(stop.status()).as(stop.output()).isZero();
		assertThat(this.machine.show(SERVICE, "ActiveState", "Result")).containsEntry("ActiveState", "inactive")
			.containsEntry("Result", "success");
		assertThat(this.machine.log()).noneMatch((line) -> line.contains("SIGKILL") && line.contains("Killing"));
		assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> Http.once(this.port, "GET", "/hello"));
	}

	/**
	 * Of the successor, whose parent lives, and of the process that is named before the
	 * successor is named again.
	 */
	private void awaitEndOfPredecessor() {
		await().atMost(TIMEOUT)
			.until(() -> this.machine.log()
				.stream()
				.filter((line) -> line.contains("which is not our child"))
				.count() == 2);
	}

	private void kill() throws IOException {
		Tool kill = this.machine.systemctl("kill", "--kill-whom=main", "--signal=KILL", SERVICE);
		assertThat(kill.status()).as(kill.output()).isZero();
	}

	private Map<String, String> assertThatItServes(String status) throws IOException {
		Answer answer = Http.once(this.port, "GET", "/hello");
		Map<String, String> state = this.machine.show(SERVICE, "MainPID", "ActiveState", "SubState", "Result",
				"StatusText");
		assertThat(state).containsExactlyInAnyOrderEntriesOf(Map.of("MainPID", String.valueOf(answer.pid()),
				"ActiveState", "active", "SubState", "running", "Result", "success", "StatusText", status));
		return state;
	}

	private void assertThatSystemdHasNoComplaint() throws IOException {
		assertThat(this.machine.show(SERVICE, "NRestarts")).containsEntry("NRestarts", "0");
		assertThat(this.machine.log()).filteredOn((line) -> line.contains(SERVICE))
			.isNotEmpty()
			.noneMatch((line) -> line.contains("Failed") || line.contains("exited"));
	}

	private void install(String file) throws IOException {
		String text = DocumentedUnits.read().get(file);
		assertThat(text).as(file).isNotNull();
		this.machine.unit(file,
				text.replace("/usr/bin/java", SystemdMachine.JAVA).replace("0.0.0.0:8080", "127.0.0.1:" + this.port));
	}

	private String output() throws IOException {
		return Files.readString(this.machine.shop().resolve("output"));
	}

}
