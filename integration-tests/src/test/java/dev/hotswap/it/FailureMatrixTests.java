package dev.hotswap.it;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import dev.hotswap.Stage;
import dev.hotswap.it.FailureMatrix.Cell;
import dev.hotswap.it.FailureMatrix.Fault;
import dev.hotswap.it.harness.Answer;
import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Http;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.LoadReport;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.OnPlatforms.Choice;
import dev.hotswap.it.harness.OpenFiles;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * One of two processes fails in one stage of a handoff, under 400 requests a second on
 * kept connections and 20 on new ones. {@link FailureMatrix} says what comes of it.
 */
@OnPlatforms(Choice.TWO)
class FailureMatrixTests {

	private static final int CONNECTIONS = 16;

	private static final Duration PATIENCE = Duration.ofSeconds(45);

	/** Longer than the silence after which a process counts as stopped. */
	private static final Duration LONGER_THAN_SILENCE = Duration.ofSeconds(12);

	private static final int SIGKILL = 9;

	private static final int SIGCONT = 18;

	private static final int SIGSTOP = 19;

	/** What clients see of a process that dies with their requests. */
	private static final Set<String> DEATHS = Set.of("closed in a request", "closed while idle", "Connection reset",
			"Broken pipe", "Connection reset by peer");

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	private Path faults;

	private App predecessor;

	private long successor;

	private Runnable lift = () -> {
	};

	FailureMatrixTests(Platform platform) {
		this.platform = platform;
	}

	static Stream<Cell> cells() {
		return FailureMatrix.cells();
	}

	@ParameterizedTest
	@MethodSource("cells")
	void serviceAnswersAfterwards(Cell cell) throws Exception {
		this.faults = this.sandbox.folder().resolve("faults");
		this.predecessor = settings(cell).start().awaitServing();
		OpenFiles before = OpenFiles.of(this.predecessor.pid());
		try (Load kept = Load.on(this.predecessor.port(), "/hello").keptConnections(CONNECTIONS).start();
				Load fresh = Load.on(this.predecessor.port(), "/hello").rate(20).connectionPerRequest().start()) {
			CompletableFuture<Answer> slow = reach(cell);
			long victim = cell.fault().hitsPredecessor() ? this.predecessor.pid() : this.successor;
			strike(cell.fault(), victim);
			this.lift.run();
			goOn(cell, victim);
			long survivor = cell.successorServes() ? this.successor : this.predecessor.pid();
			awaitAlone(survivor);
			assertThatHistoryTellsTheTruth(cell, survivor);
			assertThatNothingIsLeft(survivor, before);
			kept.phase("after");
			fresh.phase("after");
			long due = fresh.sent() + 20;
			await().atMost(PATIENCE).until(() -> fresh.sent() >= due);
			LoadReport keptReport = kept.stop();
			LoadReport freshReport = fresh.stop();
			print(cell, keptReport, freshReport);
			assertThatOnlyTheDeadFailed(cell, keptReport);
			assertThatOnlyTheDeadFailed(cell, freshReport);
			assertThat(slow.handle((answer, failure) -> failure == null).join())
				.isEqualTo(!(cell.fault().hitsPredecessor() && cell.endsServingProcess()));
		}
	}

	private App.Builder settings(Cell cell) throws Exception {
		App.Builder settings = (this.predecessor == null) ? this.sandbox.app(this.platform)
				: this.sandbox.app(this.platform).port(this.predecessor.port());
		settings.property("fixture.fault-file", this.faults)
			.property("hotswap.drain.standby", (cell.stage() == Stage.STANDBY) ? "40s" : "0s")
			.property("server.tomcat.max-keep-alive-requests", -1)
			.property("management.endpoint.health.group.readiness.include", "readinessState,hold");
		if (cell.stage() == Stage.VERIFY) {
			settings.property("hotswap.release.directory", releases());
		}
		if (cell.stage() == Stage.LAUNCH && cell.fault() == Fault.SUCCESSOR_STOPPED) {
			// Nothing else ends the wait for a process that has not said hello
			settings.property("hotswap.ready-timeout", "10s");
		}
		return settings;
	}

	// Into the stage

	private CompletableFuture<Answer> reach(Cell cell) throws Exception {
		if (cell.stage() == Stage.CUTOVER) {
			this.lift = lockControlPath();
		}
		else {
			Files.writeString(this.faults, "hold-at-stage=" + cell.stage());
			this.lift = () -> deleteIfExists(this.faults);
		}
		if (cell.stage() == Stage.VERIFY) {
			this.lift = this::writeChecksum;
		}
		CompletableFuture<Answer> slow = CompletableFuture.completedFuture(null);
		if (cell.stage() == Stage.DRAIN) {
			slow = request(cell.fault().stops() ? 16 : 6);
		}
		if (cell.isTakeover()) {
			this.successor = settings(cell).takeover().start().pid();
			awaitStage(cell.stage());
		}
		else {
			this.predecessor.signalHandoff(this.predecessor.pid());
			this.successor = awaitSuccessor(cell.stage());
		}
		return slow;
	}

	private long awaitSuccessor(Stage stage) {
		return switch (stage) {
			case LAUNCH, START, HEALTH_CHECK -> {
				Pattern held = Pattern.compile("FIXTURE (\\d+) holds in " + stage);
				this.predecessor.awaitOutput(" holds in " + stage);
				Matcher matcher = held.matcher(this.predecessor.output());
				assertThat(matcher.find()).isTrue();
				yield Long.parseLong(matcher.group(1));
			}
			case CUTOVER -> awaitStage(stage).at("/handoff/successorPid").asLong();
			default -> await().atMost(PATIENCE)
				.until(this.predecessor::status,
						(status) -> status.at("/draining/0/role")
							.asString()
							.equals((stage == Stage.DRAIN) ? "DRAINING" : "STANDBY"))
				.path("pid")
				.asLong();
		};
	}

	private JsonNode awaitStage(Stage stage) {
		return await().atMost(PATIENCE)
			.until(this.predecessor::status, (status) -> status.at("/handoff/stage").asString().equals(stage.name()));
	}

	/** The successor cannot take the path, and so stays in the cutover. */
	private Runnable lockControlPath() throws IOException {
		Path lock = controlPath().resolveSibling(controlPath().getFileName() + ".lock");
		FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
		channel.lock();
		return () -> {
			try {
				channel.close();
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		};
	}

	/** A release whose checksum cannot be read yet. */
	private Path releases() throws Exception {
		Path store = this.sandbox.folder().resolve("store");
		Path jar = store.resolve("releases/1/app.jar");
		if (!Files.exists(jar)) {
			Files.createDirectories(jar.getParent());
			Files.writeString(jar, "");
			Files.createSymbolicLink(store.resolve("current"), Path.of("releases/1"));
			Process fifo = new ProcessBuilder("mkfifo", jar + ".sha256").inheritIO().start();
			assertThat(fifo.waitFor()).isZero();
		}
		return store;
	}

	private void writeChecksum() {
		Path file = this.sandbox.folder().resolve("store/releases/1/app.jar.sha256");
		String checksum = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
		// Opening a pipe for both does not wait for a reader
		try (RandomAccessFile pipe = new RandomAccessFile(file.toFile(), "rw")) {
			Path regular = Files.writeString(this.sandbox.folder().resolve("checksum"), checksum);
			Files.move(regular, file, StandardCopyOption.REPLACE_EXISTING);
			pipe.write(checksum.getBytes(StandardCharsets.US_ASCII));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private CompletableFuture<Answer> request(int seconds) throws IOException {
		Http http = new Http(this.predecessor.port(), PATIENCE);
		http.send(http.head("GET", "/slow?seconds=" + seconds, "Connection: close"));
		return CompletableFuture.supplyAsync(() -> {
			try (http) {
				return http.receive();
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		}, (task) -> {
			Thread thread = new Thread(task, "slow-request");
			thread.setDaemon(true);
			thread.start();
		});
	}

	// The fault, and what follows

	private void strike(Fault fault, long victim) throws IOException {
		switch (fault) {
			case SUCCESSOR_EXITS -> order(victim, "exit");
			case SUCCESSOR_FLOODS -> order(victim, "flood");
			case SUCCESSOR_CORRUPTS -> order(victim, "corrupt");
			case SUCCESSOR_KILLED, PREDECESSOR_KILLED -> this.sandbox.subreaper().signal(victim, SIGKILL);
			case SUCCESSOR_STOPPED, PREDECESSOR_STOPPED -> {
				this.sandbox.subreaper().signal(victim, SIGSTOP);
				await().atMost(PATIENCE).until(() -> state(victim) == 'T');
			}
		}
		if (fault == Fault.SUCCESSOR_EXITS || fault == Fault.SUCCESSOR_KILLED || fault == Fault.PREDECESSOR_KILLED) {
			await().atMost(PATIENCE).until(() -> !this.sandbox.living().contains(victim));
		}
	}

	private void order(long pid, String order) throws IOException {
		Path draft = Files.writeString(this.sandbox.folder().resolve("order"), order);
		Files.move(draft, this.faults.resolveSibling("faults." + pid), StandardCopyOption.ATOMIC_MOVE);
		Path obeyed = this.faults.resolveSibling("faults." + pid);
		await().atMost(PATIENCE).until(() -> !Files.exists(obeyed));
	}

	private void goOn(Cell cell, long victim) {
		if (!cell.isContinued()) {
			return;
		}
		if (cell.fault() == Fault.SUCCESSOR_STOPPED) {
			this.predecessor.awaitHistory(1);
		}
		else if (cell.stage() == Stage.LAUNCH) {
			await().atMost(PATIENCE).until(() -> isDead(this.successor));
		}
		else {
			long until = System.nanoTime() + LONGER_THAN_SILENCE.toNanos();
			await().atMost(PATIENCE).until(() -> System.nanoTime() > until);
		}
		this.sandbox.subreaper().signal(victim, SIGCONT);
	}

	private void awaitAlone(long survivor) {
		await().atMost(PATIENCE).untilAsserted(() -> assertThat(this.sandbox.living()).containsExactly(survivor));
		JsonNode status = await().atMost(PATIENCE)
			.ignoreExceptions()
			.until(this.predecessor::status,
					(current) -> current.path("pid").asLong() == survivor
							&& current.path("role").asString().equals("ACTIVE") && current.path("handoff").isNull()
							&& current.path("draining").isEmpty());
		assertThat(status).isNotNull();
	}

	private void assertThatHistoryTellsTheTruth(Cell cell, long survivor) {
		if (cell.startsFresh()) {
			JsonNode status = this.predecessor.status();
			assertThat(status.path("history")).isEmpty();
			assertThat(status.path("generation").asInt()).isOne();
		}
		else {
			JsonNode handoff = this.predecessor.awaitHistory(1);
			String result = handoff.path("code").isNull() ? "succeeded" : handoff.path("code").asString();
			assertThat(result + " in " + handoff.path("stage").asString()).as(handoff.toString())
				.isEqualTo(cell.result() + " in " + cell.recorded());
			assertThat(handoff.path("result").asString())
				.isEqualTo(result.equals("succeeded") ? "SUCCEEDED" : "FAILED");
			assertThat(handoff.at("/to/pid").asLong()).isEqualTo(this.successor);
		}
		long other = cell.successorServes() ? this.predecessor.pid() : this.successor;
		OptionalInt exit = this.predecessor.awaitExit(other);
		int status = exit.orElseGet(() -> this.predecessor.awaitHistory(1).path("exitStatus").asInt());
		assertThat(status).as("exit of %d, beside %d", other, survivor).isEqualTo(cell.exitStatus());
	}

	private void assertThatNothingIsLeft(long survivor, OpenFiles before) {
		await().atMost(PATIENCE).untilAsserted(() -> {
			OpenFiles files = OpenFiles.of(survivor);
			// The JDK itself has some
			assertThat(files.unixConnections()).as("control connections").isEqualTo(before.unixConnections());
			assertThat(files.controlSockets()).as("control sockets")
				.hasSize(1)
				.isEqualTo(OpenFiles.controlSocketsAt(controlPath()));
			assertThat(files.listeners()).as("listeners").isEqualTo(before.listeners());
			// The load's connections, and what is opened once at the first handoff
			assertThat(files.count()).as("descriptors").isLessThan(before.count() + CONNECTIONS + 24);
		});
		try (Stream<Path> sockets = Files.list(controlPath().getParent())) {
			assertThat(sockets.filter((path) -> path.toString().endsWith(".sock"))).containsExactly(controlPath());
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Requests fail only where the process that was serving them was killed. */
	private static void assertThatOnlyTheDeadFailed(Cell cell, LoadReport report) {
		LoadReport.Figures after = report.phases().get("after");
		assertThat(after.ok()).as("afterwards").isEqualTo(after.sent()).isPositive();
		if (!cell.endsServingProcess()) {
			assertThatNobodyNoticed(report);
			return;
		}
		Map<String, Long> failures = new HashMap<>(report.failures());
		if (cell.startsFresh()) {
			failures.remove("Connection refused");
		}
		assertThat(failures.keySet()).isSubsetOf(DEATHS);
		assertThat(failures.values().stream().mapToLong(Long::longValue).sum()).as("in flight")
			.isLessThanOrEqualTo(CONNECTIONS);
		assertThat(report.total().non200()).isZero();
	}

	private void print(Cell cell, LoadReport kept, LoadReport fresh) {
		System.out.printf(Locale.ROOT,
				"MATRIX %s stage=%s fault=%s serves=%s result=%s recorded=%s exit=%d sent=%d lost=%d refused=%d"
						+ " worst=%.0fms%n",
				this.platform, cell.stage(), cell.fault(), cell.successorServes() ? "successor" : "predecessor",
				cell.result(), cell.recorded(), cell.exitStatus(), kept.total().sent() + fresh.total().sent(),
				lost(kept) + lost(fresh), refused(kept) + refused(fresh),
				Math.max(kept.total().worst(), fresh.total().worst()));
		System.out.println("     kept " + kept + "\n     new " + fresh);
	}

	private static long refused(LoadReport report) {
		return report.failures().getOrDefault("Connection refused", 0L);
	}

	private static long lost(LoadReport report) {
		return report.total().sent() - report.total().ok() - refused(report);
	}

	private Path controlPath() {
		try {
			int uid = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
			return this.sandbox.temporaryFolder()
				.resolve("hotswap-" + uid)
				.resolve("127.0.0.1-" + this.predecessor.port() + ".sock");
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static boolean isDead(long pid) {
		return List.of('X', 'Z').contains(state(pid));
	}

	/** As in proc_pid_stat(5); X for a process that is gone. */
	private static char state(long pid) {
		try {
			String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
			return stat.charAt(stat.lastIndexOf(')') + 2);
		}
		catch (IOException ex) {
			return 'X';
		}
	}

	private static void deleteIfExists(Path file) {
		try {
			Files.deleteIfExists(file);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
