package dev.hotswap.benchmark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link Page} and the reports that it is made of, from results that were
 * written and read again.
 */
class PageTests {

	private static final Machine MACHINE = new Machine("A processor", 2, 24, "6.0", "A system",
			List.of("17.0.1", "25"));

	@TempDir
	private Path folder;

	@Test
	void keepsWhatIsAroundTheFigures() throws Exception {
		Path page = this.folder.resolve("page.md");
		Files.writeString(page, "before\n" + Page.BEGIN + "\nold\n" + Page.END + "\nafter\n");
		new Page(page).render(List.of(new Results(this.folder.resolve("none"))));
		assertThat(page).content()
			.startsWith("before\n")
			.contains("Not measured yet")
			.endsWith("\nafter\n")
			.doesNotContain("old");
		String once = Files.readString(page);
		new Page(page).render(List.of(new Results(this.folder.resolve("none"))));
		assertThat(page).hasContent(once);
	}

	@Test
	void pageWithoutAPlaceForFiguresIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> Page.replaceFigures("some page", "figures"));
	}

	@Test
	void showsAllAlternativesWithTheirLosses() throws Exception {
		List<HandoffRun> runs = new ArrayList<>();
		for (Alternative alternative : Alternative.values()) {
			for (int repetition = 1; repetition <= 3; repetition++) {
				runs.add(run(alternative, repetition));
			}
		}
		HandoffRun.Subject subject = runs.get(0).subject();
		runs.add(HandoffRun.failed(subject, 4, new IllegalStateException("gone")));
		String page = render("handoff", runs);
		assertThat(page).contains("2026-01-02", "A processor", "2 cores", "JDK 17.0.1, 25", "`--rate=400`");
		assertThat(page).contains("| Hotswap | 3 of 4 | 1000 | 20 (10–30) |");
		assertThat(page).contains("| two instances behind HAProxy | cutover and after | 2.0 (1.0–3.0) |");
		assertThat(this.folder.resolve("page/handoff-tomcat-jdk-17-kept-connections.svg")).content()
			.contains("SO_REUSEPORT");
		assertThat(page).contains("(page/handoff-tomcat-jdk-17-kept-connections.svg)");
		assertThat(page).contains("| 60 failed, 0 closed, 1 of 4 handoffs failed | – | **no** |",
				"| p99 while the successor starts: at most 2 × steady | 1.00 | 1.00 | yes |");
	}

	@Test
	void saysWhyAnAlternativeWasNotMeasured() throws Exception {
		HandoffRun.Subject subject = run(Alternative.HAPROXY, 1).subject();
		assertThat(render("handoff", List.of(HandoffRun.notMeasured(subject, 1, "not installed"))))
			.contains("| two instances behind HAProxy | 0 of 1 | not installed |");
	}

	@Test
	void showsSeveralResultsOneAfterTheOther() throws Exception {
		render("handoff", List.of(run(Alternative.HOTSWAP, 1)));
		Results one = new Results(this.folder.resolve("results"));
		Results another = new Results(this.folder.resolve("another"));
		List<MemoryBenchmark.Run> memory = List.of(new MemoryBenchmark.Run("tomcat", 17, true, 1, false, false, 2048),
				new MemoryBenchmark.Run("tomcat", 17, false, 1, true, true, 1024));
		another.write("memory", result(memory));
		one.write("memory", result(memory));
		Path page = this.folder.resolve("several.md");
		new Page(page).render(List.of(one, another));
		assertThat(page).content()
			.containsOnlyOnce("### Handoff")
			.containsOnlyOnce("### Memory")
			.containsSubsequence("| tomcat, JDK 17 | 1 | 1.0 | 2.0 | 1.0 |", "| tomcat, JDK 17 | 1 | 1.0 | 2.0 | 1.0 |")
			.contains("measured before they rested: 1.", "since their JDK cannot: 1.");
		another.write("handoff", result(List.of(run(Alternative.HOTSWAP, 1))));
		assertThatIllegalArgumentException().isThrownBy(() -> new Page(page).render(List.of(one, another)))
			.withMessageContaining("Two results for one chart");
	}

	@Test
	void showsThroughputAsARatio() throws Exception {
		List<ThroughputBenchmark.Block> blocks = List
			.of(new ThroughputBenchmark.Block(new ClosedLoop.Window(990, 101, 0.3),
					new ClosedLoop.Window(1000, 100, 0.3), new ClosedLoop.Window(1010, 99, 0.3)));
		String page = render("throughput", List.of(new ThroughputBenchmark.Run("tomcat", 17, "kept", 1, blocks),
				new ThroughputBenchmark.Run("tomcat", 17, "kept", 2, blocks)));
		assertThat(page).contains(
				"| tomcat, JDK 17, kept connections | 2 | 2 | 1000 | 990 | 0.990 | 1.010 | 1.010 | 0.990 | 0.30 |");
		assertThat(page).contains("| tomcat, JDK 17, kept connections | 0.990, 0.990 | 1.010, 1.010 |");
		assertThat(page).contains("of equal processes | 0.990 | 1.010 | yes |");
	}

	@Test
	void throughputCanMissItsTarget() throws Exception {
		ThroughputBenchmark.Block slower = new ThroughputBenchmark.Block(new ClosedLoop.Window(980, 101, 0.3),
				new ClosedLoop.Window(1000, 100, 0.3), new ClosedLoop.Window(985, 99, 0.3));
		assertThat(render("throughput", List.of(new ThroughputBenchmark.Run("tomcat", 17, "kept", 1, List.of(slower)))))
			.contains("of equal processes | 0.980 | 0.985 | **no** |");
	}

	@Test
	void showsMemoryAsADifference() throws Exception {
		String page = render("memory", List.of(new MemoryBenchmark.Run("tomcat", 17, true, 1, true, true, 204 * 1024),
				new MemoryBenchmark.Run("tomcat", 17, false, 1, true, true, 200 * 1024)));
		assertThat(page).contains("| tomcat, JDK 17 | 1 | 200.0 | 204.0 | 4.0 |");
		assertThat(page).contains("| tomcat, JDK 17: at most 10 MiB more | 4.0 | – | yes |");
	}

	@Test
	void showsWhatJmhMeasured() throws Exception {
		String page = render("jmh",
				List.of(new MicroBenchmarks.Run(17, "FrameCodecBenchmark.encode", List.of("PING"), 12.34, 0.5, "ns/op"),
						new MicroBenchmarks.Run(25, "FrameCodecBenchmark.encode", List.of(), 11, Double.NaN, "ns/op")));
		assertThat(page).contains("| FrameCodecBenchmark.encode | PING | 17 | 12.3 | 0.5 | ns/op |",
				"| FrameCodecBenchmark.encode |  | 25 | 11.0 | NaN | ns/op |");
	}

	private <T> String render(String benchmark, List<T> runs) throws Exception {
		Results results = new Results(this.folder.resolve("results"));
		results.write(benchmark, result(runs));
		Path page = this.folder.resolve("page.md");
		new Page(page).render(List.of(results));
		return Files.readString(page);
	}

	private static <T> Results.Result<T> result(List<T> runs) {
		return new Results.Result<>(Instant.parse("2026-01-02T03:04:05Z"), "abc", MACHINE, Map.of("rate", "400"), runs);
	}

	private static HandoffRun run(Alternative alternative, int repetition) {
		Map<String, Window> windows = new LinkedHashMap<>();
		for (String window : HandoffRun.WINDOWS) {
			windows.put(window, window(repetition));
		}
		windows.put(HandoffRun.WHOLE, window(repetition));
		Timeline timeline = new Timeline(List.of(new Timeline.Slice(-1, 1, 2, 0), new Timeline.Slice(1, 1, 2, 0)),
				List.of(new Timeline.Mark("trigger", 0)));
		return new HandoffRun(new HandoffRun.Subject(alternative, "tomcat", 17, "kept"), repetition, null, windows,
				5000, 4000, 1000, 4000, true, timeline);
	}

	private static Window window(int repetition) {
		return new Window(5, 1000, 10 * repetition, 0, 0, 0, 0, repetition, 2, 3, 4, 5);
	}

}
