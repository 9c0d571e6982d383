package dev.hotswap.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A command line as words, the first of which names the executable. Immutable. Where a
 * method speaks of JVM options, the executable is taken to be the JDK's {@code java}.
 * <p>
 * Argument files ({@code @file}) are not opened: options stay where they are in them, and
 * what they hold is unknown to the methods here.
 *
 * @param words the words, at least one
 * @since 0.1.0
 */
public record CommandLine(List<String> words) {

	/**
	 * Create a command line.
	 * @param words the words, at least one
	 * @throws IllegalArgumentException when there is none
	 */
	public CommandLine {
		words = List.copyOf(words);
		if (words.isEmpty()) {
			throw new IllegalArgumentException("A command line has at least one word");
		}
	}

	/**
	 * The command line of this process, from {@code /proc/self/cmdline}
	 * ({@link ProcessHandle.Info#arguments()} is cut or empty for a long one). Where its
	 * first word does not lead to a file like the running executable, the running
	 * executable's path takes its place.
	 * @return the command line
	 * @throws IOException when {@code /proc} cannot be read
	 */
	public static CommandLine ofThisProcess() throws IOException {
		return new CommandLine(OwnCommandLine.read());
	}

	/**
	 * This command line with further JVM options: after those that it has, so that the
	 * added ones win, but before any argument file, which may hold the main class. What
	 * is in force already is not added again.
	 * @param options the words of the options; a value may be a word of its own
	 * @return the longer command line
	 * @throws IllegalArgumentException when one of the words is no option
	 */
	public CommandLine withJvmOptions(List<String> options) {
		JvmOptions present = JvmOptions.parse(this.words, 1);
		List<String> extended = new ArrayList<>(this.words.subList(0, present.insertAt()));
		for (JvmOptions.Option option : JvmOptions.parseAll(options).all()) {
			if (!present.isInForce(option)) {
				extended.addAll(option.words());
			}
		}
		extended.addAll(this.words.subList(present.insertAt(), this.words.size()));
		return new CommandLine(extended);
	}

	/**
	 * This command line with further arguments for the application, after those that it
	 * has.
	 * @param arguments the arguments
	 * @return the longer command line
	 */
	public CommandLine withArguments(List<String> arguments) {
		List<String> extended = new ArrayList<>(this.words);
		extended.addAll(arguments);
		return new CommandLine(extended);
	}

	/**
	 * This command line with the jar of another release: in place of the one after
	 * {@code -jar}, else in place of the entry of the class path that belongs to the same
	 * folder of releases.
	 * @param jar the real path of the jar, {@code <releases>/<version>/<file>}
	 * @param directory the working directory, from which entries of the class path are
	 * named
	 * @return the changed command line
	 * @throws IllegalArgumentException when it names no jar that could be replaced
	 */
	public CommandLine withJar(Path jar, Path directory) {
		return new CommandLine(new ReleaseWords(this.words, jar, directory).replaced());
	}

	/**
	 * This command line without the JVM options that a second process cannot have beside
	 * the first: debugger agents (JDWP) and JMX ports.
	 * @return the command line and the words left out
	 */
	public Reduced withoutDebugAndJmx() {
		List<String> kept = new ArrayList<>(this.words);
		List<String> leftOut = new ArrayList<>();
		List<JvmOptions.Option> options = JvmOptions.parse(this.words, 1).all();
		for (int i = options.size() - 1; i >= 0; i--) {
			JvmOptions.Option option = options.get(i);
			if (DebugAndJmx.isLeftOut(option.name())) {
				leftOut.add(0, kept.remove(option.index()));
			}
		}
		return new Reduced(new CommandLine(kept), leftOut);
	}

	/**
	 * The fixed ports on which the JVM options make the process listen for a debugger or
	 * for JMX.
	 * @return the ports
	 */
	public Set<Integer> debugAndJmxPorts() {
		Set<Integer> ports = new LinkedHashSet<>();
		JvmOptions.parse(this.words, 1)
			.all()
			.forEach((option) -> DebugAndJmx.port(option.name()).ifPresent(ports::add));
		return ports;
	}

	/**
	 * Whether the JVM options ask for a debugger or JMX agent, be it on a fixed port or
	 * on any.
	 * @return whether there is one
	 */
	public boolean hasDebugOrJmxAgent() {
		return JvmOptions.parse(this.words, 1).all().stream().anyMatch((option) -> DebugAndJmx.isAgent(option.name()));
	}

	/**
	 * What is left of a command line.
	 *
	 * @param commandLine the rest
	 * @param leftOut the words left out, in their order
	 */
	public record Reduced(CommandLine commandLine, List<String> leftOut) {

		/**
		 * Create a result.
		 * @param commandLine the rest
		 * @param leftOut the words left out, in their order
		 */
		public Reduced {
			leftOut = List.copyOf(leftOut);
		}

	}

}
