package dev.hotswap.process;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a successor needs whatever the configuration says. Immutable.
 *
 * @param jvmOptions words of JVM options
 * @param environment environment variables that are meant for this successor alone
 * @param notInherited further environment variables that were meant for this process
 * alone
 * @since 0.1.0
 */
public record LaunchRequirements(List<String> jvmOptions, Map<String, String> environment, Set<String> notInherited) {

	/**
	 * Create requirements.
	 * @throws IllegalArgumentException when one of the JVM options is none
	 */
	public LaunchRequirements {
		jvmOptions = List.copyOf(jvmOptions);
		JvmOptions.parseAll(jvmOptions);
		environment = Map.copyOf(environment);
		notInherited = Set.copyOf(notInherited);
	}

}
