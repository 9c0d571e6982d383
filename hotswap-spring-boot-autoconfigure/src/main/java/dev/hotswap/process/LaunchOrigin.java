package dev.hotswap.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How the operator first started the application. It travels from each generation to the
 * next, and additions are always applied to it, never to what an earlier generation made
 * of it: so they do not pile up, and an addition that a later configuration no longer has
 * is gone. Immutable.
 * <p>
 * The environment itself does not travel, since a successor inherits it. Only what
 * additions have hidden does.
 *
 * @param commandLine the operator's command line
 * @param directory the operator's working directory
 * @param replacedEnvironment the operator's values of the environment variables that
 * additions have replaced in this process
 * @param addedEnvironment the names of the environment variables in this process that the
 * operator had not set
 * @since 0.1.0
 */
public record LaunchOrigin(CommandLine commandLine, Path directory, Map<String, String> replacedEnvironment,
		Set<String> addedEnvironment) {

	private static final String WORDS = "origin.words";

	private static final String DIRECTORY = "origin.directory";

	private static final String REPLACED = "origin.environment.replaced";

	private static final String ADDED = "origin.environment.added";

	/**
	 * Create an origin.
	 * @param commandLine the operator's command line
	 * @param directory the operator's working directory
	 * @param replacedEnvironment the operator's values of replaced variables
	 * @param addedEnvironment the names of added variables
	 */
	public LaunchOrigin {
		replacedEnvironment = Map.copyOf(replacedEnvironment);
		addedEnvironment = Set.copyOf(addedEnvironment);
	}

	/**
	 * The origin of a process that the operator started.
	 * @return how this process was started
	 * @throws IOException when {@code /proc} cannot be read
	 */
	public static LaunchOrigin ofThisProcess() throws IOException {
		return new LaunchOrigin(CommandLine.ofThisProcess(), Files.readSymbolicLink(Path.of("/proc/self/cwd")),
				Map.of(), Set.of());
	}

	/**
	 * Read an origin from a message.
	 * @param fields the message's fields; others than ours are ignored
	 * @return the origin
	 * @throws IllegalArgumentException when one of our fields is missing or malformed
	 */
	public static LaunchOrigin fromFields(Map<String, String> fields) {
		Map<String, String> replaced = new TreeMap<>();
		for (String entry : split(fields, REPLACED)) {
			int equals = entry.indexOf('=');
			if (equals < 1) {
				throw new IllegalArgumentException("'%s' in %s is no variable".formatted(entry, REPLACED));
			}
			replaced.put(entry.substring(0, equals), entry.substring(equals + 1));
		}
		return new LaunchOrigin(new CommandLine(split(fields, WORDS)), Path.of(field(fields, DIRECTORY)), replaced,
				new TreeSet<>(split(fields, ADDED)));
	}

	/**
	 * Write this origin into the fields of a message. Lists are written as in
	 * {@code /proc}: each item ends with a NUL, which none can contain.
	 * @return the fields, whose names all start with {@code origin.}
	 */
	public Map<String, String> toFields() {
		List<String> replaced = new ArrayList<>();
		new TreeMap<>(this.replacedEnvironment).forEach((name, value) -> replaced.add(name + "=" + value));
		return Map.of(WORDS, join(this.commandLine.words()), DIRECTORY, this.directory.toString(), REPLACED,
				join(replaced), ADDED, join(new TreeSet<>(this.addedEnvironment)));
	}

	private static String join(Iterable<String> items) {
		StringBuilder joined = new StringBuilder();
		items.forEach((item) -> joined.append(item).append('\0'));
		return joined.toString();
	}

	private static List<String> split(Map<String, String> fields, String name) {
		String value = field(fields, name);
		List<String> items = new ArrayList<>();
		int start = 0;
		for (int end = value.indexOf('\0'); end >= 0; end = value.indexOf('\0', start)) {
			items.add(value.substring(start, end));
			start = end + 1;
		}
		return items;
	}

	private static String field(Map<String, String> fields, String name) {
		String value = fields.get(name);
		if (value == null) {
			throw new IllegalArgumentException("The field %s is missing".formatted(name));
		}
		return value;
	}

	/**
	 * Plan the launch of a successor. Debugger and JMX options are left out wherever they
	 * come from, additions included: the generation after the next would find the port in
	 * use.
	 * @param environment the environment of this process, as in {@link System#getenv()}
	 * @param additions what the configuration adds
	 * @param requirements what the successor needs
	 * @return the plan
	 * @throws IllegalArgumentException when the requirements choose a jar, but the
	 * command line has no place for one
	 */
	public LaunchPlan plan(Map<String, String> environment, LaunchAdditions additions,
			LaunchRequirements requirements) {
		return new LaunchPlanner(this, additions, requirements).plan(environment);
	}

}
