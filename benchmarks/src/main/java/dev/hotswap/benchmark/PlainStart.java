package dev.hotswap.benchmark;

import java.time.Instant;
import java.time.OffsetDateTime;

import dev.hotswap.it.harness.App;

/**
 * The start of an application that has no predecessor, timed from its launch until it
 * says that it has started.
 */
final class PlainStart {

	private static final String STARTED = "Started BenchmarkApplication";

	private final long launched;

	private final App app;

	private PlainStart(long launched, App app) {
		this.launched = launched;
		this.app = app;
	}

	static PlainStart launch(App.Builder builder) {
		return new PlainStart(System.nanoTime(), builder.start());
	}

	long pid() {
		return this.app.pid();
	}

	void awaitStarted() {
		this.app.awaitOutput(STARTED);
	}

	void end() {
		this.app.terminate();
		this.app.awaitExit();
	}

	Deployment.Story story() {
		return Deployment.Story.ofPlainStart(this.launched, started());
	}

	double millis() {
		return (started() - this.launched) / 1e6;
	}

	private long started() {
		awaitStarted();
		return WallClock.nanoTime(this.app.output()
			.lines()
			.filter((line) -> line.contains(STARTED))
			.map(PlainStart::time)
			.findFirst()
			.orElseThrow());
	}

	/**
	 * Each line of Boot's log begins with its time: nothing has to look for it while it
	 * is measured.
	 */
	private static Instant time(String line) {
		return OffsetDateTime.parse(line.substring(0, line.indexOf(' '))).toInstant();
	}

}
