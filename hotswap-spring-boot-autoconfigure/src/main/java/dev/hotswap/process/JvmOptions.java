package dev.hotswap.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * The options of a JVM among the words of a command line, read as the JDK's launcher
 * reads them: {@code ParseArguments} and {@code IsWhiteSpaceOption} in {@code java.c},
 * {@code JLI_PreprocessArg} in {@code args.c}.
 *
 * @param all the options, each with the value that follows it as a word of its own
 * @param insertAt the index of the word before which further options belong
 * @param end the index of the first word that is no option
 */
record JvmOptions(List<Option> all, int insertAt, int end) {

	private static final Set<String> WITH_SEPARATE_VALUE = Set.of("-cp", "-classpath", "--class-path", "-p",
			"--module-path", "--upgrade-module-path", "--add-modules", "--enable-native-access", "--limit-modules",
			"--add-exports", "--add-opens", "--add-reads", "--patch-module", "--describe-module", "-d", "--source");

	private static final Set<String> NO_ARGUMENT_FILES = Set.of("-disable-@files", "--disable-@files");

	/**
	 * Read words up to the main class, module, executable jar or source file.
	 * @param words the words
	 * @param start the index of the first word that may be an option
	 */
	static JvmOptions parse(List<String> words, int start) {
		List<Option> options = new ArrayList<>();
		boolean argumentFiles = true;
		int insertAt = -1;
		int index = start;
		while (index < words.size()) {
			String word = words.get(index);
			boolean argumentFile = argumentFiles && isArgumentFile(word);
			if (!argumentFile && (!word.startsWith("-") || isMainModule(word))) {
				break;
			}
			int next = index + 1;
			if (WITH_SEPARATE_VALUE.contains(word) && next < words.size()) {
				argumentFile = argumentFiles && isArgumentFile(words.get(next));
				next++;
			}
			if (argumentFile && insertAt < 0) {
				// The file may hold the main class: what follows it may be no option
				insertAt = index;
			}
			argumentFiles = argumentFiles && !NO_ARGUMENT_FILES.contains(word);
			options.add(new Option(index, List.copyOf(words.subList(index, next))));
			index = next;
		}
		return new JvmOptions(List.copyOf(options), (insertAt < 0) ? beforeJar(options, index) : insertAt, index);
	}

	/**
	 * Read words that are to be nothing but options.
	 * @throws IllegalArgumentException when one of them would be taken as the main class
	 */
	static JvmOptions parseAll(List<String> words) {
		JvmOptions options = parse(words, 0);
		if (options.end() < words.size()) {
			throw new IllegalArgumentException("'%s' is no JVM option".formatted(words.get(options.end())));
		}
		if (options.all().stream().anyMatch((option) -> option.name().equals("-jar"))) {
			throw new IllegalArgumentException("'-jar' is no JVM option that can be added");
		}
		return options;
	}

	private static int beforeJar(List<Option> options, int end) {
		Option last = (!options.isEmpty()) ? options.get(options.size() - 1) : null;
		return (last != null && last.name().equals("-jar")) ? last.index() : end;
	}

	private static boolean isArgumentFile(String word) {
		return word.length() > 1 && word.charAt(0) == '@' && word.charAt(1) != '@';
	}

	private static boolean isMainModule(String word) {
		return word.equals("-m") || word.equals("--module") || word.startsWith("--module=");
	}

	/**
	 * Whether an option is given already and no later one takes its effect away.
	 */
	boolean isInForce(Option wanted) {
		String key = wanted.key();
		String inForce = null;
		for (Option option : this.all) {
			if (key != null && key.equals(option.key())) {
				inForce = option.text();
			}
			else if (key == null && option.text().equals(wanted.text())) {
				return true;
			}
		}
		return wanted.text().equals(inForce);
	}

	/**
	 * One option.
	 *
	 * @param index the index of its first word
	 * @param words the option and, where that is a word of its own, its value
	 */
	record Option(int index, List<String> words) {

		private static final Pattern LATER_WINS = Pattern.compile("-D([^=]+)|-XX:[+-]?([^=]+)|-X([a-z]+)");

		String name() {
			return this.words.get(0);
		}

		/**
		 * The option as one word where the launcher knows such a form.
		 */
		String text() {
			return String.join(name().startsWith("--") ? "=" : " ", this.words);
		}

		/**
		 * What an option has in common with those that it overrides, or {@code null} for
		 * one that overrides nothing.
		 */
		@Nullable String key() {
			Matcher matcher = LATER_WINS.matcher(name());
			if (!matcher.lookingAt()) {
				return null;
			}
			for (int group = 1; group <= matcher.groupCount(); group++) {
				if (matcher.group(group) != null) {
					return group + matcher.group(group);
				}
			}
			return null;
		}

	}

}
