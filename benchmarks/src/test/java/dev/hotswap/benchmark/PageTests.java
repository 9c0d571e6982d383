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
	}

	@Test
	void showsMemoryAsADifference() throws Exception {
		String page = render("memory", List.of(new MemoryBenchmark.Run("tomcat", 17, true, 1, true, true, 204 * 1024),
				new MemoryBenchmark.Run("tomcat", 17, false, 1, true, true, 200 * 1024)));
		assertThat(page).contains("| tomcat, JDK 17 | 1 | 200.0 | 204.0 | 4.0 |");
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
		results.write(benchmark, new Results.Result<>(Instant.parse("2026-01-02T03:04:05Z"), "abc", MACHINE,
				Map.of("rate", "400"), runs));
		Path page = this.folder.resolve("page.md");
		new Page(page).render(List.of(results));
		return Files.readString(page);
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
				5000, 4000, 1000, true, timeline);
	}

	private static Window window(int repetition) {
		return new Window(5, 1000, 10 * repetition, 0, 0, 0, 0, repetition, 2, 3, 4, 5);
	}

}
