package dev.hotswap.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * What a successor needs whatever the configuration says. Immutable.
 *
 * @param jvmOptions words of JVM options
 * @param environment environment variables that are meant for this successor alone
 * @param notInherited further environment variables that were meant for this process
 * alone
 * @param jar the executable jar of the release to launch, as its real path
 * {@code <releases>/<version>/<file>}; or {@code null} for the one of the command line
 * @since 0.1.0
 */
public record LaunchRequirements(List<String> jvmOptions, Map<String, String> environment, Set<String> notInherited,
		@Nullable Path jar) {

	/**
	 * Create requirements.
	 * @param jvmOptions words of JVM options
	 * @param environment environment variables for this successor alone
	 * @param notInherited variables that were meant for this process alone
	 * @param jar the executable jar to launch, or {@code null}
	 * @throws IllegalArgumentException when one of the JVM options is none
	 */
	public LaunchRequirements {
		jvmOptions = List.copyOf(jvmOptions);
		JvmOptions.parseAll(jvmOptions);
		environment = Map.copyOf(environment);
		notInherited = Set.copyOf(notInherited);
	}

	/**
	 * Create requirements that choose no jar.
	 * @param jvmOptions words of JVM options
	 * @param environment environment variables that are meant for this successor alone
	 * @param notInherited further environment variables that were meant for this process
	 * alone
	 * @throws IllegalArgumentException when one of the JVM options is none
	 */
	public LaunchRequirements(List<String> jvmOptions, Map<String, String> environment, Set<String> notInherited) {
		this(jvmOptions, environment, notInherited, null);
	}

}
