package dev.hotswap.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

import dev.hotswap.Stage;
import dev.hotswap.it.FailureMatrix.Cell;
import dev.hotswap.it.FailureMatrix.Fault;
import dev.hotswap.it.harness.App;
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

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * One of two processes fails in one stage of a handoff, under 400 requests a second on
 * kept connections and 20 on new ones. {@link FailureMatrix} says what comes of it.
 */
@OnPlatforms(value = Choice.ONE, everywhere = false)
class FailureMatrixTests {

	private static final int CONNECTIONS = 16;

	private static final int FRESH_A_SECOND = 20;

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	FailureMatrixTests(Platform platform) {
		this.platform = platform;
	}

	static Stream<Cell> cells() {
		return FailureMatrix.cells();
	}

	@ParameterizedTest
	@MethodSource("cells")
	void serviceAnswersAfterwards(Cell cell) throws Exception {
		App app = settings(cell, this.sandbox.app(this.platform)).start().awaitServing();
		OpenFiles before = OpenFiles.of(app.pid());
		try (Load kept = Load.on(app.port(), "/hello").keptConnections(CONNECTIONS).start();
				Load fresh = Load.on(app.port(), "/hello").rate(FRESH_A_SECOND).connectionPerRequest().start()) {
			FaultyHandoff handoff = new FaultyHandoff(this.sandbox, cell, app, app.pid());
			long survivor = handoff.run(() -> settings(cell, this.sandbox.app(this.platform).port(app.port())));
			assertThatNothingIsLeft(app, survivor, before);
			kept.phase("after");
			fresh.phase("after");
			long due = fresh.sent() + FRESH_A_SECOND;
			await().atMost(FaultyHandoff.PATIENCE).until(() -> fresh.sent() >= due);
			LoadReport keptReport = kept.stop();
			LoadReport freshReport = fresh.stop();
			print(cell, handoff.seen(), keptReport, freshReport);
			assertThatOnlyTheDeadFailed(cell, keptReport, CONNECTIONS);
			assertThatOnlyTheDeadFailed(cell, freshReport, 2 * FRESH_A_SECOND);
		}
	}

	private App.Builder settings(Cell cell, App.Builder settings) {
		FaultyHandoff.configure(this.sandbox, settings)
			.property("hotswap.drain.standby", (cell.stage() == Stage.STANDBY) ? "40s" : "0s");
		if (cell.stage() == Stage.LAUNCH && cell.fault() == Fault.SUCCESSOR_STOPPED) {
			// Nothing else ends the wait for a process that has not said hello
			settings.property("hotswap.ready-timeout", "10s");
		}
		return settings;
	}

	private void assertThatNothingIsLeft(App app, long survivor, OpenFiles before) throws IOException {
		Path path = FaultyHandoff.controlPath(this.sandbox, app);
		await().atMost(FaultyHandoff.PATIENCE).untilAsserted(() -> {
			OpenFiles files = OpenFiles.of(survivor);
			// The JDK itself has some
			assertThat(files.unixConnections()).as("control connections").isEqualTo(before.unixConnections());
			assertThat(files.controlSockets()).as("control sockets")
				.hasSize(1)
				.isEqualTo(OpenFiles.controlSocketsAt(path));
			assertThat(files.listeners()).as("listeners").isEqualTo(before.listeners());
			// The load's connections, and what is opened once at the first handoff
			assertThat(files.count()).as("descriptors").isLessThan(before.count() + CONNECTIONS + 24);
		});
		try (Stream<Path> sockets = Files.list(path.getParent())) {
			assertThat(sockets.filter((file) -> file.toString().endsWith(".sock"))).containsExactly(path);
		}
	}

	private static void assertThatOnlyTheDeadFailed(Cell cell, LoadReport report, int held) {
		LoadReport.Figures after = report.phases().get("after");
		assertThat(after.ok()).as("afterwards").isEqualTo(after.sent()).isPositive();
		cell.assertThatOnlyTheDeadFailed(report, held);
	}

	private void print(Cell cell, String seen, LoadReport kept, LoadReport fresh) {
		System.out.printf(Locale.ROOT,
				"MATRIX %s stage=%s fault=%s serves=%s %s exit=%d sent=%d lost=%d refused=%d" + " worst=%.0fms%n",
				this.platform, cell.stage(), cell.fault(), cell.successorServes() ? "successor" : "predecessor", seen,
				cell.exitStatus(), kept.total().sent() + fresh.total().sent(), lost(kept) + lost(fresh),
				refused(kept) + refused(fresh), Math.max(kept.total().worst(), fresh.total().worst()));
		System.out.println("     kept " + kept + "\n     new " + fresh);
	}

	private static long refused(LoadReport report) {
		return report.failures().getOrDefault("Connection refused", 0L);
	}

	private static long lost(LoadReport report) {
		return report.total().sent() - report.total().ok() - refused(report);
	}

}
