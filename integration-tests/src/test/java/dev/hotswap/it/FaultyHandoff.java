package dev.hotswap.it;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import dev.hotswap.Stage;
import dev.hotswap.it.FailureMatrix.Cell;
import dev.hotswap.it.FailureMatrix.Fault;
import dev.hotswap.it.harness.Answer;
import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Http;
import dev.hotswap.it.harness.Sandbox;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * One handoff in which a fault strikes: brings it into the stage and holds it there,
 * strikes, lets go, and checks what the table of the {@link FailureMatrix} says.
 */
final class FaultyHandoff {

	static final Duration PATIENCE = Duration.ofSeconds(45);

	/** Longer than the silence after which a process counts as stopped. */
	private static final Duration LONGER_THAN_SILENCE = Duration.ofSeconds(12);

	private static final int SIGKILL = 9;

	private static final int SIGCONT = 18;

	private static final int SIGSTOP = 19;

	private final Sandbox sandbox;

	private final Cell cell;

	private final App app;

	private final long predecessor;

	private final Path faults;

	private Runnable lift = () -> {
	};

	private CompletableFuture<@Nullable Answer> slow = CompletableFuture.completedFuture(null);

	private @Nullable App takingOver;

	private long successor;

	private String seen = "result=none recorded=" + Stage.IDLE;

	/**
	 * Prepare a handoff.
	 * @param sandbox where it happens
	 * @param cell which stage and fault
	 * @param app the application, to whose output the predecessor writes
	 * @param predecessor the process that serves now
	 */
	FaultyHandoff(Sandbox sandbox, Cell cell, App app, long predecessor) {
		this.sandbox = sandbox;
		this.cell = cell;
		this.app = app;
		this.predecessor = predecessor;
		this.faults = faultFile(sandbox);
	}

	/**
	 * Prepare an application for such handoffs.
	 */
	static App.Builder configure(Sandbox sandbox, App.Builder settings) {
		return settings.property("fixture.fault-file", faultFile(sandbox))
			.property("hotswap.pid-file", pidFile(sandbox))
			.property("server.tomcat.max-keep-alive-requests", -1)
			.property("hotswap.warm-up.duration", PATIENCE.toSeconds() + "s")
			.property("hotswap.warm-up.recorded", false)
			.property("management.endpoint.health.group.readiness.include", "readinessState,hold");
	}

	private static Path faultFile(Sandbox sandbox) {
		return sandbox.folder().resolve("faults");
	}

	private static Path pidFile(Sandbox sandbox) {
		return sandbox.folder().resolve("app.pid");
	}

	/**
	 * Do it all, until one process is left.
	 * @param settings what an operator starts a successor with
	 * @return the process that is left
	 */
	long run(Supplier<App.Builder> settings) throws Exception {
		reach(settings);
		long victim = this.cell.fault().hitsPredecessor() ? this.predecessor : this.successor;
		strike(victim);
		this.lift.run();
		goOn(victim);
		awaitAlone();
		assertThatHistoryTellsTheTruth();
		boolean died = this.cell.fault().hitsPredecessor() && this.cell.endsServingProcess();
		assertThat(this.slow.handle((answer, failure) -> failure != null).join()).as("the long request has failed")
			.isEqualTo(this.cell.stage() == Stage.DRAIN && died);
		return survivor();
	}

	/**
	 * The application to whose output the survivor writes.
	 */
	App app() {
		return (this.takingOver != null && this.cell.successorServes()) ? this.takingOver : this.app;
	}

	/**
	 * What the history says.
	 */
	String seen() {
		return this.seen;
	}

	private long survivor() {
		return this.cell.successorServes() ? this.successor : this.predecessor;
	}

	// Into the stage

	private void reach(Supplier<App.Builder> settings) throws Exception {
		switch (this.cell.stage()) {
			case CUTOVER -> this.lift = lockControlPath();
			case DRAIN -> holdIn(Stage.HEALTH_CHECK);
			case STANDBY -> {
				// Lasts long enough by itself
			}
			default -> holdIn(this.cell.stage());
		}
		if (this.cell.isTakeover()) {
			this.takingOver = settings.get().takeover().start();
			this.successor = this.takingOver.pid();
			awaitStage();
		}
		else {
			this.app.signalHandoff(this.predecessor);
			this.successor = awaitSuccessor();
		}
	}

	private void holdIn(Stage stage) throws IOException {
		Files.writeString(this.faults, "hold-at-stage=" + stage);
		this.lift = () -> deleteIfExists(this.faults);
	}

	private long awaitSuccessor() throws IOException {
		if (this.cell.stage() == Stage.DRAIN) {
			// The drain is as long as this request, which begins shortly before it
			awaitHeld();
			this.slow = request(this.cell.fault().stops() ? 14 : 5);
			this.lift.run();
		}
		return switch (this.cell.stage()) {
			case LAUNCH, START, WARM_UP, HEALTH_CHECK -> awaitHeld();
			case CUTOVER -> awaitStage().at("/handoff/successorPid").asLong();
			default -> await().atMost(PATIENCE)
				.until(this.app::status,
						(status) -> status.at("/draining/0/pid").asLong() == this.predecessor
								&& status.at("/draining/0/role")
									.asString()
									.equals((this.cell.stage() == Stage.DRAIN) ? "DRAINING" : "STANDBY"))
				.path("pid")
				.asLong();
		};
	}

	private long awaitHeld() {
		return await().atMost(PATIENCE).until(this::held, OptionalLong::isPresent).getAsLong();
	}

	/** The process that says that it is held, and has not gone since. */
	private OptionalLong held() {
		List<Long> living = this.sandbox.living();
		return Pattern.compile("FIXTURE (\\d+) holds in ")
			.matcher(this.app.output())
			.results()
			.map((MatchResult match) -> Long.parseLong(match.group(1)))
			.filter((pid) -> pid != this.predecessor && living.contains(pid))
			.mapToLong(Long::longValue)
			.findFirst();
	}

	private JsonNode awaitStage() {
		return await().atMost(PATIENCE)
			.until(this.app::status,
					(status) -> status.at("/handoff/stage").asString().equals(this.cell.stage().name()));
	}

	/** The successor cannot take the path, and so stays in the cutover. */
	private Runnable lockControlPath() throws IOException {
		Path path = controlPath(this.sandbox, this.app);
		FileChannel channel = FileChannel.open(path.resolveSibling(path.getFileName() + ".lock"),
				StandardOpenOption.WRITE);
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

	private CompletableFuture<@Nullable Answer> request(int seconds) throws IOException {
		Http http = new Http(this.app.port(), PATIENCE);
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

	private void strike(long victim) throws IOException {
		Fault fault = this.cell.fault();
		switch (fault) {
			case SUCCESSOR_EXITS -> order(victim, "exit");
			case SUCCESSOR_FLOODS -> order(victim, "flood");
			case SUCCESSOR_CORRUPTS -> order(victim, "corrupt");
			case SUCCESSOR_KILLED, PREDECESSOR_KILLED -> this.sandbox.subreaper().signal(victim, SIGKILL);
			case SUCCESSOR_STOPPED, PREDECESSOR_STOPPED -> stop(this.sandbox, victim);
		}
		if (fault == Fault.SUCCESSOR_EXITS || fault == Fault.SUCCESSOR_KILLED || fault == Fault.PREDECESSOR_KILLED) {
			await().atMost(PATIENCE).until(() -> !this.sandbox.living().contains(victim));
		}
	}

	/**
	 * Stop a process with SIGSTOP, and wait until it is.
	 */
	static void stop(Sandbox sandbox, long pid) {
		sandbox.subreaper().signal(pid, SIGSTOP);
		await().atMost(PATIENCE).until(() -> state(pid) == 'T');
	}

	private void order(long pid, String order) throws IOException {
		Path draft = Files.writeString(this.sandbox.folder().resolve("order"), order);
		Path file = this.faults.resolveSibling(this.faults.getFileName() + "." + pid);
		Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
		await().atMost(PATIENCE).until(() -> !Files.exists(file));
	}

	private void goOn(long victim) {
		if (!this.cell.isContinued()) {
			return;
		}
		if (this.cell.fault() == Fault.SUCCESSOR_STOPPED) {
			await().atMost(PATIENCE).until(() -> lastHandoff().at("/to/pid").asLong() == victim);
		}
		else if (this.cell.stage() == Stage.LAUNCH) {
			await().atMost(PATIENCE).until(() -> "XZ".indexOf(state(this.successor)) >= 0);
		}
		else {
			long until = System.nanoTime() + LONGER_THAN_SILENCE.toNanos();
			await().atMost(PATIENCE).until(() -> System.nanoTime() > until);
		}
		this.sandbox.subreaper().signal(victim, SIGCONT);
	}

	private void awaitAlone() {
		long survivor = survivor();
		await().atMost(PATIENCE).untilAsserted(() -> assertThat(this.sandbox.living()).containsExactly(survivor));
		await().atMost(PATIENCE)
			.ignoreExceptions()
			.until(this.app::status,
					(status) -> status.path("pid").asLong() == survivor
							&& status.path("role").asString().equals("ACTIVE") && status.path("handoff").isNull()
							&& status.path("draining").isEmpty());
		// Written beside all that
		await().atMost(PATIENCE).untilAsserted(() -> assertThat(pidFile(this.sandbox)).hasContent(survivor + "\n"));
	}

	private JsonNode lastHandoff() {
		return this.app.status().at("/history/0");
	}

	private void assertThatHistoryTellsTheTruth() {
		JsonNode handoff = lastHandoff();
		if (this.cell.startsFresh()) {
			assertThat(handoff.isMissingNode()).isTrue();
			assertThat(this.app.status().path("generation").asInt()).isOne();
		}
		else {
			String result = handoff.path("code").isNull() ? "succeeded" : handoff.path("code").asString();
			assertThat(this.cell.result().split("/")).as(handoff.toString()).contains(result);
			assertThat(this.cell.recorded()).as(handoff.toString())
				.contains(Stage.valueOf(handoff.path("stage").asString()));
			this.seen = "result=" + result + " recorded=" + handoff.path("stage").asString();
			assertThat(handoff.path("result").asString())
				.isEqualTo(result.equals("succeeded") ? "SUCCEEDED" : "FAILED");
			assertThat(handoff.at("/to/pid").asLong()).isEqualTo(this.successor);
		}
		long other = this.cell.successorServes() ? this.predecessor : this.successor;
		int status = this.app.awaitExit(other).orElseGet(() -> handoff.path("exitStatus").asInt());
		assertThat(status).as("exit status").isEqualTo(this.cell.exitStatus());
	}

	/**
	 * Where the control socket of an application is.
	 */
	static Path controlPath(Sandbox sandbox, App app) {
		try {
			int uid = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
			return sandbox.temporaryFolder().resolve("hotswap-" + uid).resolve("127.0.0.1-" + app.port() + ".sock");
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
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
