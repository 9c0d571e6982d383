package dev.hotswap.process;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * JVM options in the value of an environment variable. Words are separated by white
 * space; single and double quotes hold together what stands between them and have no
 * escape ({@code Arguments::parse_options_buffer} in HotSpot,
 * {@code JLI_AddArgsFromEnvVar} in the launcher). Immutable.
 *
 * @param value the variable's value
 * @since 0.1.0
 */
public record EnvironmentOptions(String value) {

	/**
	 * The variables that the JDK's launcher and HotSpot read options from.
	 */
	public static final List<String> VARIABLES = List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

	/**
	 * The fixed debugger and JMX ports that an environment asks for.
	 * @param environment the environment of a process
	 * @return the ports
	 */
	public static Set<Integer> debugAndJmxPorts(Map<String, String> environment) {
		Set<Integer> ports = new LinkedHashSet<>();
		words(environment).forEach((word) -> DebugAndJmx.port(word.text()).ifPresent(ports::add));
		return ports;
	}

	/**
	 * Whether an environment asks for a debugger or JMX agent, on a fixed port or on any.
	 * @param environment the environment of a process
	 * @return whether there is one
	 */
	public static boolean hasDebugOrJmxAgent(Map<String, String> environment) {
		return words(environment).anyMatch((word) -> DebugAndJmx.isAgent(word.text()));
	}

	/**
	 * The options in an environment, without quotes.
	 */
	static Stream<String> options(Map<String, String> environment) {
		return words(environment).map(Word::text);
	}

	private static Stream<Word> words(Map<String, String> environment) {
		return VARIABLES.stream()
			.filter(environment::containsKey)
			.flatMap((name) -> new EnvironmentOptions(environment.get(name)).words().stream());
	}

	/**
	 * The value without debugger agents (JDWP) and JMX ports. What stays keeps its text,
	 * quotes included.
	 * @return the rest and the words left out
	 */
	public Reduced withoutDebugAndJmx() {
		StringBuilder rest = new StringBuilder(this.value);
		List<String> leftOut = new ArrayList<>();
		List<Word> words = words();
		for (int i = words.size() - 1; i >= 0; i--) {
			Word word = words.get(i);
			if (DebugAndJmx.isLeftOut(word.text())) {
				int next = (i + 1 < words.size()) ? words.get(i + 1).start() : this.value.length();
				rest.delete(word.start(), next);
				leftOut.add(0, word.text());
			}
		}
		return leftOut.isEmpty() ? new Reduced(this.value, leftOut) : new Reduced(rest.toString().strip(), leftOut);
	}

	/**
	 * The value with a further option at its end.
	 */
	EnvironmentOptions with(String option) {
		if (words().stream().anyMatch((word) -> word.text().equals(option))) {
			return this;
		}
		return new EnvironmentOptions((this.value + " " + quote(option)).strip());
	}

	private static String quote(String option) {
		if (option.chars().noneMatch((c) -> isSpace((char) c) || c == '\'' || c == '"')) {
			return option;
		}
		return (option.indexOf('"') < 0) ? '"' + option + '"' : '\'' + option.replace("'", "'\"'\"'") + '\'';
	}

	private List<Word> words() {
		List<Word> words = new ArrayList<>();
		int index = 0;
		while (index < this.value.length()) {
			if (isSpace(this.value.charAt(index))) {
				index++;
				continue;
			}
			int start = index;
			StringBuilder text = new StringBuilder();
			char quote = 0;
			for (; index < this.value.length() && (quote != 0 || !isSpace(this.value.charAt(index))); index++) {
				char c = this.value.charAt(index);
				if (quote == 0 && (c == '"' || c == '\'')) {
					quote = c;
				}
				else if (quote != 0 && c == quote) {
					quote = 0;
				}
				else {
					text.append(c);
				}
			}
			words.add(new Word(start, text.toString()));
		}
		return words;
	}

	/**
	 * As isspace(3).
	 */
	private static boolean isSpace(char c) {
		return c == ' ' || (c >= '\t' && c <= '\r');
	}

	/**
	 * What is left of a value.
	 *
	 * @param value the rest, possibly empty
	 * @param leftOut the words left out, in their order and without quotes
	 */
	public record Reduced(String value, List<String> leftOut) {

		/**
		 * Create a result.
		 * @param value the rest, possibly empty
		 * @param leftOut the words left out, in their order and without quotes
		 */
		public Reduced {
			leftOut = List.copyOf(leftOut);
		}

	}

	private record Word(int start, String text) {
	}

}
