package dev.hotswap.benchmark;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link HandoffTargets}: each target can be held and missed.
 */
class HandoffTargetsTests {

	private static final Window STEADY = window(10, 20, 0);

	@Test
	void allTargetsAreHeld() {
		assertThat(judge(run("kept", 1050, STEADY, window(20, 50, 0), window(12.5, 40, 0))))
			.contains("| 0 failed, 0 closed, 0 of 1 handoffs failed | – | yes |", "| 1.25 | 1.00 | yes |",
					"| 2.00 | 1.00 | yes |", "| 1.05: 1.05 s beside 1.00 s | – | yes |")
			.doesNotContain("**no**", "not judged");
	}

	@Test
	void eachTargetCanBeMissed() {
		String table = judge(run("kept", 1060, STEADY, window(21, 50, 0), window(13, 41, 1)));
		assertThat(table)
			.contains("| 1 failed, 0 closed, 0 of 1 handoffs failed | – | **no** |", "| 1.30 | 1.00 | **no** |",
					"| 2.05 | 1.00 | **no** |", "| 2.10 | 1.00 | **no** |",
					"| 1.06: 1.06 s beside 1.00 s | – | **no** |")
			.doesNotContain("yes");
	}

	@Test
	void ratioMayBeAsFarFromThatOfTheSteadyWindowsAsFromOne() {
		Window restless = window(20, 30, 0);
		assertThat(judge(run("kept", 1, restless, window(40, 1, 0), window(25, 60, 0))))
			.contains("| 2.50 | 2.00 | yes |", "| 3.00 | 1.50 | yes |", "| 4.00 | 2.00 | yes |");
	}

	@Test
	void quietControlMakesTheTargetNoHarder() {
		Window quiet = window(1, 2, 0);
		assertThat(judge(run("kept", 1, quiet, STEADY, window(12.5, 40, 0)))).contains("| 1.25 | 0.10 | yes |",
				"| 2.00 | 0.10 | yes |");
	}

	@Test
	void gapIsJudgedWithAConnectionPerRequest() {
		String table = judge(run("per-request", 1, STEADY, STEADY, window(10, 20.2, 0)));
		assertThat(table).contains("without an accept, from the cutover on: at most the steady state's longest | 1.01",
				"| the same from the trigger on | 1.00 | 1.00 | yes |");
		assertThat(table).containsOnlyOnce("**no**");
	}

	@Test
	void failedHandoffIsALoss() {
		HandoffRun run = run("kept", 1, STEADY, STEADY, STEADY);
		HandoffRun failed = HandoffRun.failed(run.subject(), 2, new IllegalStateException());
		assertThat(new HandoffTargets(List.of(run, failed)).markdown())
			.contains("1 of 2 handoffs failed | – | **no** |");
		assertThat(new HandoffTargets(List.of(failed)).markdown()).contains("1 of 1 handoffs failed | – | **no** |");
	}

	private static String judge(HandoffRun run) {
		return new HandoffTargets(List.of(run)).markdown();
	}

	private static HandoffRun run(String mode, double startMillis, Window control, Window start, Window after) {
		return new HandoffRun(new HandoffRun.Subject(Alternative.HOTSWAP, "tomcat", 17, mode), 1, null,
				Map.of(HandoffRun.STEADY, STEADY, HandoffRun.CONTROL, control, HandoffRun.START, start,
						HandoffRun.AFTER, after, HandoffRun.WHOLE, window(10, 20, after.failed())),
				startMillis, startMillis, 0, 1000, true, new Timeline(List.of(), List.of()));
	}

	/**
	 * A window whose longest time without a request served is as long as the worst
	 * latency.
	 */
	private static Window window(double p99, double worst, long failed) {
		return new Window(5, 1000, failed, 0, 0, 0, 0, 1, p99, p99, worst, worst);
	}

}
