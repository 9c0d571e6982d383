package dev.hotswap.it;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Many handoffs in a chain, with a fault in every third of them. The faults are chosen at
 * random; {@code -Dhotswap.test.seed} repeats a run, and {@code -Dhotswap.test.handoffs}
 * says how many handoffs.
 */
@Tag("full")
@OnPlatforms(value = Choice.ONE, everywhere = false)
@EnabledIfSystemProperty(named = "hotswap.test.handoffs", matches = "[1-9]\\d*",
		disabledReason = "Runs with -Pfull, or -Dhotswap.test.handoffs=6")
class SoakTests {

	private static final int CONNECTIONS = 16;

	/** What one process may have more than another: lazily opened files, idle threads. */
	private static final int SPARE_DESCRIPTORS = 20;

	private static final int SPARE_THREADS = 20;

	/**
	 * Of a heap of 128 MB that is collected when it is full, so that the size of a
	 * process depends on how long it has served.
	 */
	private static final long SPARE_KILOBYTES = 96 * 1024;

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	private final List<Usage> usages = new ArrayList<>();

	SoakTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void faultInEveryThirdHandoff() throws Exception {
		int handoffs = Integer.getInteger("hotswap.test.handoffs");
		long seed = Long.getLong("hotswap.test.seed", System.nanoTime());
		System.out.println("SOAK seed " + seed);
		Random random = new Random(seed);
		List<Cell> cells = FailureMatrix.every().stream().filter(SoakTests::fitsIntoChain).toList();
		List<Cell> struck = new ArrayList<>();
		App app = settings(this.sandbox.app(this.platform)).start().awaitServing();
		int port = app.port();
		long active = app.pid();
		Duration atMost = Duration.ofMinutes(5).plusSeconds(60L * handoffs);
		LoadReport keptReport;
		LoadReport freshReport;
		try (Load kept = Load.on(port, "/hello").keptConnections(CONNECTIONS).atMost(atMost).start();
				Load fresh = Load.on(port, "/hello").rate(20).connectionPerRequest().atMost(atMost).start()) {
			for (int i = 1; i <= handoffs; i++) {
				if (i % 3 != 0) {
					app.signalHandoff(active);
					active = app.awaitSuccessorOf(active);
					awaitActive(app, active);
					continue;
				}
				Cell cell = cells.get(random.nextInt(cells.size()));
				System.out.println("SOAK handoff " + i + " with " + cell);
				struck.add(cell);
				// Nobody but the two that the cell speaks of
				long predecessor = active;
				await().atMost(FaultyHandoff.PATIENCE).until(() -> this.sandbox.living().equals(List.of(predecessor)));
				phase(kept, fresh, i + "-" + cell);
				FaultyHandoff handoff = new FaultyHandoff(this.sandbox, cell, app, active);
				active = handoff.run(() -> settings(this.sandbox.app(this.platform).port(port)));
				app = handoff.app();
				// It may have started afresh
				app.awaitReady();
				this.usages.add(Usage.of(active));
				phase(kept, fresh, i + "-after");
			}
			keptReport = kept.stop();
			freshReport = fresh.stop();
		}
		System.out.printf("SOAK %s handoffs=%d seed=%d faults=%s%n     kept %s%n     new %s%n     %s%n", this.platform,
				handoffs, seed, struck, keptReport, freshReport, this.usages);
		assertThatOnlyCellsThatKillFailed(keptReport, struck);
		assertThatOnlyCellsThatKillFailed(freshReport, struck);
		assertThatNothingGrows();
	}

	/** One needs an application with a shorter time-out. */
	private static boolean fitsIntoChain(Cell cell) {
		return cell.stage() != Stage.LAUNCH || cell.fault() != Fault.SUCCESSOR_STOPPED;
	}

	private App.Builder settings(App.Builder settings) {
		return FaultyHandoff.configure(this.sandbox, settings).property("hotswap.drain.standby", "14s");
	}

	private static void awaitActive(App app, long pid) {
		await().atMost(FaultyHandoff.PATIENCE)
			.until(app::status, (status) -> status.path("pid").asLong() == pid
					&& status.path("role").asString().equals("ACTIVE") && status.path("handoff").isNull());
	}

	private static void phase(Load kept, Load fresh, String name) {
		kept.phase(name);
		fresh.phase(name);
	}

	private static void assertThatOnlyCellsThatKillFailed(LoadReport report, List<Cell> struck) {
		report.phases().forEach((name, figures) -> {
			boolean mayLose = struck.stream()
				.anyMatch((cell) -> cell.endsServingProcess() && name.endsWith("-" + cell));
			if (!mayLose) {
				assertThat(figures.ok()).as("phase %s: %s", name, figures).isEqualTo(figures.sent());
			}
		});
		if (struck.stream().noneMatch(Cell::startsFresh)) {
			assertThat(report.failures()).doesNotContainKey("Connection refused");
		}
		assertThat(report.failures()).doesNotContainKeys("no answer", "no connection free");
	}

	private void assertThatNothingGrows() {
		Usage first = this.usages.get(0);
		assertThat(this.usages).allSatisfy((usage) -> {
			assertThat(usage.descriptors()).isLessThanOrEqualTo(first.descriptors() + SPARE_DESCRIPTORS);
			assertThat(usage.threads()).isLessThanOrEqualTo(first.threads() + SPARE_THREADS);
			assertThat(usage.kilobytes()).isLessThanOrEqualTo(first.kilobytes() + SPARE_KILOBYTES);
		});
	}

	/**
	 * What a process takes.
	 */
	record Usage(int descriptors, int threads, long kilobytes) {

		static Usage of(long pid) throws IOException {
			Path process = Path.of("/proc/" + pid);
			long kilobytes = 0;
			for (String line : Files.readAllLines(process.resolve("status"))) {
				if (line.startsWith("VmRSS:")) {
					kilobytes = Long.parseLong(line.replaceAll("\\D", ""));
				}
			}
			return new Usage(OpenFiles.of(pid).count(), threads(process), kilobytes);
		}

		/**
		 * Without the server's workers: those who waited while a stopped process had the
		 * listener come all at once, and Tomcat keeps a worker for a minute.
		 */
		private static int threads(Path process) throws IOException {
			int threads = 0;
			try (DirectoryStream<Path> tasks = Files.newDirectoryStream(process.resolve("task"))) {
				for (Path task : tasks) {
					try {
						threads += Files.readString(task.resolve("comm")).startsWith("http-nio-") ? 0 : 1;
					}
					catch (NoSuchFileException ex) {
						// It has ended meanwhile
					}
				}
			}
			return threads;
		}

		@Override
		public String toString() {
			return String.format(Locale.ROOT, "%d fds/%d threads/%d MB", this.descriptors, this.threads,
					this.kilobytes / 1024);
		}

	}

}
