package dev.hotswap.it.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.LoadReport;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.SampleJar;
import dev.hotswap.it.harness.Sandbox;

/**
 * Starts the sample application, lets it hand over under load, and prints what the
 * clients saw before, during and after. Exits with 1 when a request failed, and leaves
 * nothing running.
 */
public final class Demo {

	private static final int RATE = 400;

	private static final int CONNECTIONS = 16;

	private static final Duration WARM_UP = Duration.ofSeconds(4);

	private static final Duration PHASE = Duration.ofSeconds(5);

	private Demo() {
	}

	public static void main(String[] args) throws IOException {
		boolean passed = false;
		try (Sandbox sandbox = new Sandbox()) {
			passed = run(sandbox);
		}
		System.exit(passed ? 0 : 1);
	}

	private static boolean run(Sandbox sandbox) throws IOException {
		Path jar = SampleJar.packaged();
		// HotSpot's own use of SIGUSR2 is moved, so that the customary signal is free
		App app = sandbox.app(Platform.own())
			.jar(jar)
			.withDefaultJvmOptions()
			.environment("_JAVA_SR_SIGNUM", "40")
			.start();
		try {
			app.awaitServing();
			System.out.printf("%n%s serves http://127.0.0.1:%d as process %d%n", jar.getFileName(), app.port(),
					app.pid());
			System.out.printf(
					"%d requests/s over %d kept connections; the first %d s, until it is warm, do not count%n", RATE,
					CONNECTIONS, WARM_UP.toSeconds());
			try (Load warmUp = load(app)) {
				spend(WARM_UP);
			}
			return handOver(app);
		}
		catch (RuntimeException | AssertionError ex) {
			System.out.println(app.output());
			throw ex;
		}
	}

	private static boolean handOver(App app) throws IOException {
		try (Load load = load(app)) {
			load.phase("before");
			spend(PHASE);
			System.out.printf("kill -USR2 %d%n", app.pid());
			load.phase("during");
			long start = System.nanoTime();
			App.HandedOver handedOver = app.handOver();
			long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
			System.out.printf("process %d took over; %d exited with %d, %.1f s after the signal%n%n",
					handedOver.successor(), handedOver.predecessor(), handedOver.exitStatus().orElse(-1),
					millis / 1000.0);
			load.phase("after");
			spend(PHASE);
			LoadReport report = load.stop();
			print(report, handedOver);
			return report.total().sent() == report.total().ok() && report.silentCloses() == 0
					&& handedOver.exitStatus().orElse(-1) == 0;
		}
	}

	private static Load load(App app) throws IOException {
		return Load.on(app.port(), "/hello").rate(RATE).keptConnections(CONNECTIONS).start();
	}

	private static void print(LoadReport report, App.HandedOver handedOver) {
		System.out.println("phase       sent   failed   worst latency");
		report.phases()
			.forEach((name, figures) -> System.out.printf(Locale.ROOT, "%-8s %7d  %7d  %11.1f ms%n", name,
					figures.sent(), figures.sent() - figures.ok(), figures.worst()));
		System.out.printf("%nanswers: %d by process %d, %d by process %d%n",
				report.byPid().getOrDefault(handedOver.predecessor(), 0L), handedOver.predecessor(),
				report.byPid().getOrDefault(handedOver.successor(), 0L), handedOver.successor());
		System.out.printf("connections: %d opened, %d closed as announced, %d closed without notice, %d reset%n",
				report.connects(), report.announcedCloses(), report.silentCloses(), report.resets());
		report.failures().forEach((reason, count) -> System.out.printf("failed: %d × %s%n", count, reason));
	}

	/**
	 * Let time pass in which the load goes on.
	 */
	private static void spend(Duration duration) {
		long end = System.nanoTime() + duration.toNanos();
		for (long left = duration.toNanos(); left > 0; left = end - System.nanoTime()) {
			LockSupport.parkNanos(left);
		}
	}

}
