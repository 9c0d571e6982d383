package dev.hotswap.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What a configuration changes about how the successor is launched. Immutable.
 *
 * @param command replaces the command line as the operator gave it, or {@code null};
 * options and arguments are added to it all the same
 * @param jvmOptions words of JVM options to add
 * @param arguments arguments of the application to add
 * @param environment environment variables to set
 * @param directory the working directory, or {@code null} for the operator's
 * @since 0.1.0
 */
public record LaunchAdditions(@Nullable List<String> command, List<String> jvmOptions, List<String> arguments,
		Map<String, String> environment, @Nullable Path directory) {

	/**
	 * Create additions.
	 * @param command replaces the command line, or {@code null}
	 * @param jvmOptions words of JVM options to add
	 * @param arguments arguments of the application to add
	 * @param environment environment variables to set
	 * @param directory the working directory, or {@code null}
	 * @throws IllegalArgumentException when the command has no word, or one of the JVM
	 * options is none
	 */
	public LaunchAdditions {
		command = (command != null) ? new CommandLine(command).words() : null;
		jvmOptions = List.copyOf(jvmOptions);
		JvmOptions.parseAll(jvmOptions);
		arguments = List.copyOf(arguments);
		environment = Map.copyOf(environment);
	}

	/**
	 * No additions at all.
	 * @return additions that change nothing
	 */
	public static LaunchAdditions none() {
		return new LaunchAdditions(null, List.of(), List.of(), Map.of(), null);
	}

}
