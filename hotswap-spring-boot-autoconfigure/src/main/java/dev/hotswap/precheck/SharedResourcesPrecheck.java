package dev.hotswap.precheck;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.hotswap.HandoffPrecheck;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Warns of files that predecessor and successor would both write while both run. Never
 * refuses, since many get along. Thread-safe.
 *
 * @since 0.1.0
 */
public final class SharedResourcesPrecheck implements HandoffPrecheck {

	private static final Log logger = LogFactory.getLog(SharedResourcesPrecheck.class);

	/** The file among the options of unified logging, {@code java -Xlog:help}. */
	private static final Pattern LOG_FILE = Pattern
		.compile("-Xlog:[^:]*:(?:file=)?(\"[^\"]*\"|[^:,\"]+).*|-Xloggc:(.+)");

	private static final List<String> LOG_STREAMS = List.of("stdout", "stderr", "none");

	private final Function<String, @Nullable String> properties;

	private final List<String> jvmOptions;

	private final long pid;

	/**
	 * Create a precheck.
	 * @param properties the application's configuration, by name
	 */
	public SharedResourcesPrecheck(Function<String, @Nullable String> properties) {
		this(properties, ManagementFactory.getRuntimeMXBean().getInputArguments(), ProcessHandle.current().pid());
	}

	SharedResourcesPrecheck(Function<String, @Nullable String> properties, List<String> jvmOptions, long pid) {
		this.properties = properties;
		this.jvmOptions = jvmOptions;
		this.pid = pid;
	}

	@Override
	public @Nullable String refuse() {
		warnings().forEach(logger::warn);
		return null;
	}

	List<String> warnings() {
		List<String> warnings = new ArrayList<>();
		pidFile(warnings);
		gcLog(warnings);
		log(warnings);
		database(warnings);
		return warnings;
	}

	private void pidFile(List<String> warnings) {
		String file = this.properties.apply("spring.pid.file");
		if (isSet(file)) {
			warnings.add("spring.pid.file=" + file + " is written by each process as it starts, also by one that never "
					+ "serves, and removed by the first that ends. Use hotswap.pid-file, which always names the "
					+ "active process");
		}
	}

	private void gcLog(List<String> warnings) {
		for (String option : this.jvmOptions) {
			Matcher matcher = LOG_FILE.matcher(option);
			if (matcher.matches()) {
				String file = (matcher.group(1) != null) ? matcher.group(1) : matcher.group(2);
				if (!LOG_STREAMS.contains(file) && !file.contains("%p") && !file.contains("%t")) {
					warnings.add("The JVM's log " + file + " (" + option + ") is moved away or cut by the successor "
							+ "while this process still writes it. Put %p, the process id, into the name");
				}
			}
		}
	}

	private void log(List<String> warnings) {
		String file = this.properties.apply("logging.file.name");
		String folder = this.properties.apply("logging.file.path");
		if (!isSet(file) && isSet(folder)) {
			file = folder + "/spring.log";
		}
		if (isSet(file) && !file.contains(Long.toString(this.pid))) {
			warnings.add("Both processes write and roll the log file " + file + " while both run: what one has rolled "
					+ "the other may go on writing. Put ${PID} into logging.file.name, or log to the console");
		}
	}

	private void database(List<String> warnings) {
		String url = this.properties.apply("spring.datasource.url");
		if (isSet(url) && isFile(url.toLowerCase(Locale.ROOT))) {
			// Nothing after the first separator, where a password may be
			warnings
				.add("The database " + url.split("[;?]")[0] + " is a file that one process opens at a time, or that "
						+ "two write at the risk of errors: the successor may fail to start. Use a database server");
		}
	}

	private static boolean isFile(String url) {
		if (url.startsWith("jdbc:h2:")) {
			String rest = url.substring("jdbc:h2:".length());
			return !rest.matches("(?:mem|tcp|ssl|zip|niomemfs|memfs):.*") && !rest.contains("auto_server=true");
		}
		if (url.startsWith("jdbc:hsqldb:")) {
			return !url.substring("jdbc:hsqldb:".length()).matches("(?:mem|res|hsqls?|https?):.*");
		}
		if (url.startsWith("jdbc:derby:")) {
			return !url.substring("jdbc:derby:".length()).matches("(?://|memory:|classpath:|jar:).*");
		}
		return url.startsWith("jdbc:sqlite:") && !url.equals("jdbc:sqlite:") && !url.contains(":memory:")
				&& !url.contains("mode=memory");
	}

	private static boolean isSet(@Nullable String value) {
		return value != null && !value.isBlank();
	}

}
