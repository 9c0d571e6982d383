package dev.hotswap.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * Applies additions and requirements to an origin.
 *
 * @param origin how the operator started the application
 * @param additions what the configuration adds
 * @param requirements what the successor needs
 */
record LaunchPlanner(LaunchOrigin origin, LaunchAdditions additions, LaunchRequirements requirements) {

	/** Read by every JVM, however it is started. */
	private static final String OPTIONS_OF_ANY_JVM = "JAVA_TOOL_OPTIONS";

	LaunchPlan plan(Map<String, String> environment) {
		List<String> leftOut = new ArrayList<>();
		Map<String, String> operators = operatorsEnvironment(environment);
		Map<String, String> successors = new HashMap<>(operators);
		successors.putAll(this.additions.environment());
		CommandLine command = command();
		if (this.requirements.jar() != null) {
			command = ofRelease(command, this.requirements.jar());
		}
		if (isJava(command)) {
			command = command.withJvmOptions(this.additions.jvmOptions())
				.withJvmOptions(this.requirements.jvmOptions());
			CommandLine.Reduced reduced = command.withoutDebugAndJmx();
			command = reduced.commandLine();
			leftOut.addAll(reduced.leftOut());
		}
		else {
			addToEnvironment(successors);
		}
		leaveOutDebugAndJmx(successors, leftOut);
		LaunchOrigin next = next(operators, successors);
		successors.putAll(this.requirements.environment());
		return new LaunchPlan(
				new LaunchRequest(command.withArguments(this.additions.arguments()), directory(), successors), next,
				leftOut);
	}

	private Map<String, String> operatorsEnvironment(Map<String, String> environment) {
		Map<String, String> operators = new HashMap<>(environment);
		operators.keySet().removeAll(this.origin.addedEnvironment());
		operators.putAll(this.origin.replacedEnvironment());
		operators.keySet().removeAll(this.requirements.environment().keySet());
		operators.keySet().removeAll(this.requirements.notInherited());
		return operators;
	}

	private CommandLine command() {
		if (this.additions.command() != null) {
			return new CommandLine(this.additions.command());
		}
		CommandLine command = this.origin.commandLine();
		String executable = command.words().get(0);
		if (executable.indexOf('/') < 0 || directory().equals(this.origin.directory())) {
			return command;
		}
		// The JDK was named from the operator's directory and does not move with it
		List<String> words = new ArrayList<>(command.words());
		words.set(0, this.origin.directory().resolve(executable).toString());
		return new CommandLine(words);
	}

	private CommandLine ofRelease(CommandLine command, Path jar) {
		if (!isJava(command)) {
			throw new IllegalArgumentException("It is to run " + jar + ", but " + command.words().get(0)
					+ " is no 'java', so nobody knows where to name a jar. Set hotswap.launch.command to a command "
					+ "line of the JDK's launcher, or leave out hotswap.release.directory");
		}
		return command.withJar(jar, directory());
	}

	private Path directory() {
		return (this.additions.directory() != null) ? this.origin.directory().resolve(this.additions.directory())
				: this.origin.directory();
	}

	private static boolean isJava(CommandLine command) {
		return Path.of(command.words().get(0)).endsWith("java");
	}

	/**
	 * A script or a native launcher has no place for JVM options that we know of.
	 */
	private void addToEnvironment(Map<String, String> environment) {
		EnvironmentOptions options = new EnvironmentOptions(environment.getOrDefault(OPTIONS_OF_ANY_JVM, ""));
		for (List<String> words : List.of(this.additions.jvmOptions(), this.requirements.jvmOptions())) {
			for (JvmOptions.Option option : JvmOptions.parseAll(words).all()) {
				options = options.with(option.text());
			}
		}
		if (!options.value().isEmpty()) {
			environment.put(OPTIONS_OF_ANY_JVM, options.value());
		}
	}

	private static void leaveOutDebugAndJmx(Map<String, String> environment, List<String> leftOut) {
		for (String name : EnvironmentOptions.VARIABLES) {
			String value = environment.get(name);
			if (value != null) {
				EnvironmentOptions.Reduced reduced = new EnvironmentOptions(value).withoutDebugAndJmx();
				environment.put(name, reduced.value());
				leftOut.addAll(reduced.leftOut());
			}
		}
	}

	private LaunchOrigin next(Map<String, String> operators, Map<String, String> successors) {
		Map<String, String> replaced = new TreeMap<>();
		Set<String> added = new HashSet<>();
		successors.forEach((name, value) -> {
			String operatorsValue = operators.get(name);
			if (operatorsValue == null) {
				added.add(name);
			}
			else if (!Objects.equals(operatorsValue, value)) {
				replaced.put(name, operatorsValue);
			}
		});
		return new LaunchOrigin(this.origin.commandLine(), this.origin.directory(), replaced, added);
	}

}
