package dev.hotswap.process;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What to launch.
 *
 * @param commandLine the command line
 * @param directory the working directory
 * @param environment the whole environment; nothing else is inherited
 * @since 0.1.0
 */
public record LaunchRequest(CommandLine commandLine, Path directory, Map<String, String> environment) {

	/**
	 * Create a request.
	 * @param commandLine the command line
	 * @param directory the working directory
	 * @param environment the whole environment
	 */
	public LaunchRequest {
		environment = Map.copyOf(environment);
	}

	/**
	 * The same with an environment variable.
	 * @param variable its name
	 * @param value its value
	 * @return the other request
	 */
	public LaunchRequest with(String variable, String value) {
		Map<String, String> environment = new HashMap<>(this.environment);
		environment.put(variable, value);
		return new LaunchRequest(this.commandLine, this.directory, environment);
	}

	LaunchRequest with(CommandLine commandLine) {
		return new LaunchRequest(commandLine, this.directory, this.environment);
	}

}
