package dev.hotswap.it.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Turns the lines of the failure matrix in the log of a build into the page of the
 * documentation. Needs nothing but the JDK:
 * {@code java FailureMatrixPage.java build.log > docs/failure-matrix.md}.
 */
public final class FailureMatrixPage {

	private static final Pattern LINE = Pattern.compile("^MATRIX jdk=(\\d+) server=(\\S+) (.*)$", Pattern.MULTILINE);

	private static final Pattern PAIR = Pattern.compile("(\\S+?)=(\\S+)");

	private static final List<String> STAGES = List.of("PRECHECK", "VERIFY", "LAUNCH", "START", "WARM_UP",
			"HEALTH_CHECK", "CUTOVER", "DRAIN", "STANDBY");

	private static final List<String> FAULTS = List.of("SUCCESSOR_EXITS", "SUCCESSOR_KILLED", "SUCCESSOR_STOPPED",
			"SUCCESSOR_FLOODS", "SUCCESSOR_CORRUPTS", "PREDECESSOR_KILLED", "PREDECESSOR_STOPPED");

	private static final String INTRODUCTION = """
			# What becomes of a handoff that fails

			Generated from a run of `FailureMatrixTests` (`mvn -Pfull verify`): in every stage of a handoff one of the two
			processes exits (status 3), is killed, is stopped with SIGSTOP, floods the control connection with frames, or
			corrupts it, while clients send 400 requests a second over 16 kept connections and 20 over new ones.
			Afterwards one process is left, the service answers, and no control connection, socket file, listener or
			process is left over.

			A cell says who serves afterwards, what the history says of the handoff (and in which stage, where it is not
			the row's), the exit status of the other process, how many requests failed of those that the dead process had
			accepted, and the worst latency of the others.

			- In PRECHECK it is a process started by an operator (`--hotswap.takeover`) that waits; in the other stages the
			  predecessor has launched it.
			- VERIFY looks at what the predecessor is about to launch, before there is a successor that could fail or take
			  over. In a takeover there is one from the start, and VERIFY is skipped.
			- PRECHECK and LAUNCH, predecessor killed: nobody holds the listener any more, so connects are refused until the
			  successor, which starts as a process that succeeds nobody, has bound it. Its history is empty.
			- PRECHECK, predecessor stopped: the successor waits for it. Here it goes on after 12 s, and so does
			  the handoff; what takes long is the requests that waited for it.
			- LAUNCH, predecessor stopped: the successor gives up (status 18, `predecessor-unreachable`), and the predecessor
			  serves on when it is continued.
			- PRECHECK, successor stopped: it is offered the listeners when the prechecks are over, and does not answer.
			- LAUNCH has no control connection yet that could be flooded.
			- A successor that floods in START to HEALTH_CHECK sends frames that are in order there; they are out of order
			  once it is told to take over.
			- DRAIN and STANDBY, successor floods or corrupts: both live, so the predecessor is released, drains and exits.

			""";

	private final Map<String, Map<String, String>> cells = new TreeMap<>();

	private FailureMatrixPage(String log) {
		LINE.matcher(log).results().forEach(this::add);
	}

	public static void main(String[] args) throws IOException {
		System.out.print(of(Files.readString(Path.of(args[0]))));
	}

	/**
	 * Make the page of a log.
	 * @param log what the build has printed
	 * @return the Markdown, with a table for each platform
	 */
	static String of(String log) {
		return new FailureMatrixPage(log).markdown();
	}

	private void add(MatchResult line) {
		Map<String, String> pairs = new LinkedHashMap<>();
		Matcher pair = PAIR.matcher(line.group(3));
		while (pair.find()) {
			pairs.put(pair.group(1), pair.group(2));
		}
		this.cells.computeIfAbsent(line.group(2) + ", JDK " + line.group(1), (key) -> new TreeMap<>())
			.put(pairs.get("stage") + pairs.get("fault"), cell(pairs));
	}

	private static String cell(Map<String, String> pairs) {
		StringBuilder cell = new StringBuilder(pairs.get("serves")).append(" serves; ");
		cell.append(pairs.get("result").equals("none") ? "no history" : "`" + pairs.get("result") + "`");
		if (!List.of("IDLE", pairs.get("stage")).contains(pairs.get("recorded"))) {
			cell.append(" in ").append(pairs.get("recorded"));
		}
		cell.append("; exit ").append(pairs.get("exit"));
		cell.append("; ").append(pairs.get("lost")).append(" of ").append(pairs.get("sent")).append(" failed");
		if (!pairs.get("refused").equals("0")) {
			cell.append(", ").append(pairs.get("refused")).append(" refused");
		}
		return cell.append("; ").append(pairs.get("worst").replace("ms", " ms")).toString();
	}

	private String markdown() {
		StringBuilder markdown = new StringBuilder(INTRODUCTION);
		this.cells.forEach((platform, cells) -> {
			markdown.append("## ").append(platform).append("\n\n| |");
			FAULTS.forEach((fault) -> markdown.append(' ')
				.append(fault.toLowerCase(Locale.ROOT).replace('_', ' '))
				.append(" |"));
			markdown.append("\n|").append(" --- |".repeat(FAULTS.size() + 1)).append('\n');
			for (String stage : STAGES) {
				markdown.append("| ").append(stage).append(" |");
				FAULTS.forEach(
						(fault) -> markdown.append(' ').append(cells.getOrDefault(stage + fault, "–")).append(" |"));
				markdown.append('\n');
			}
			markdown.append('\n');
		});
		return markdown.toString();
	}

}
