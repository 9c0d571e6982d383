package dev.hotswap.it.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Turns the lines of figures in the log of a build into Markdown: a row for each test, a
 * column for each platform. Needs nothing but the JDK:
 * {@code java ResultsTable.java build.log > results.md}.
 */
public final class ResultsTable {

	private static final Pattern LINE = Pattern.compile("^([A-Z]+) (jdk=\\d+) server=(\\S+) (.*)$", Pattern.MULTILINE);

	private static final Pattern PAIR = Pattern.compile("(\\S+?)=(\\S+)");

	/** What may follow the figures of a line, in a form of its own. */
	private static final Pattern DETAILS = Pattern.compile(" (phases|failures)=.*");

	/** What identifies a row; everything else is a figure. */
	private static final List<String> SUBJECT = List.of("test", "mode", "from", "trigger", "killed-in", "fault",
			"threads", "transfer", "handoffs", "idle");

	/** By kind of line, then row, then platform. */
	private final Map<String, Map<String, Map<String, String>>> tables = new TreeMap<>();

	private final TreeSet<String> platforms = new TreeSet<>(Comparator.comparing(ResultsTable::serverOrder));

	private ResultsTable(String log) {
		LINE.matcher(log).results().forEach(this::add);
	}

	public static void main(String[] args) throws IOException {
		System.out.print(of(Files.readString(Path.of(args[0]))));
	}

	/**
	 * Make the tables of a log.
	 * @param log what the build has printed
	 * @return the Markdown
	 */
	static String of(String log) {
		return new ResultsTable(log).markdown();
	}

	private void add(MatchResult line) {
		String platform = line.group(3) + ", " + line.group(2).replace("jdk=", "JDK ");
		this.platforms.add(platform);
		Map<String, String> pairs = new LinkedHashMap<>();
		Matcher pair = PAIR.matcher(DETAILS.matcher(line.group(4)).replaceFirst(""));
		while (pair.find()) {
			pairs.put(pair.group(1), pair.group(2));
		}
		String row = SUBJECT.stream()
			.filter(pairs::containsKey)
			.map((name) -> name.equals("test") ? pairs.get(name) : name + " " + pairs.get(name))
			.collect(Collectors.joining(", "));
		// With a connection for each request their number says nothing
		boolean kept = !pairs.getOrDefault("mode", "").endsWith("per-request");
		pairs.keySet().removeAll(SUBJECT);
		this.tables.computeIfAbsent(line.group(1), (kind) -> new TreeMap<>())
			.computeIfAbsent(row, (key) -> new TreeMap<>())
			.put(platform, cell(pairs, kept && pairs.containsKey("connects")));
	}

	private static String cell(Map<String, String> figures, boolean kept) {
		if (figures.containsKey("outcome")) {
			return "%s (%s s)".formatted(figures.get("outcome"), figures.get("seconds"));
		}
		if (figures.containsKey("sent")) {
			String connections = kept
					? "%s connects, %s ended announced, ".formatted(figures.get("connects"), figures.get("announced"))
					: "";
			return "%s of %s ok, %s%d ended unannounced, worst %s".formatted(figures.get("ok"), figures.get("sent"),
					connections, number(figures, "silent") + number(figures, "resets"), figures.get("worst"));
		}
		return figures.entrySet()
			.stream()
			.map((figure) -> figure.getKey() + " " + figure.getValue())
			.collect(Collectors.joining(", "));
	}

	private static long number(Map<String, String> figures, String name) {
		return Long.parseLong(figures.getOrDefault(name, "0"));
	}

	private String markdown() {
		StringBuilder markdown = new StringBuilder();
		this.tables.forEach((kind, rows) -> {
			markdown.append("| ").append(kind);
			this.platforms.forEach((platform) -> markdown.append(" | ").append(platform));
			markdown.append(" |\n|").append(" --- |".repeat(this.platforms.size() + 1)).append('\n');
			rows.forEach((row, cells) -> {
				markdown.append("| ").append(row);
				this.platforms.forEach((platform) -> markdown.append(" | ").append(cells.getOrDefault(platform, "–")));
				markdown.append(" |\n");
			});
			markdown.append('\n');
		});
		return markdown.toString();
	}

	/** Tomcat first. */
	private static String serverOrder(String platform) {
		return platform.startsWith("tomcat") ? " " + platform : platform;
	}

}
