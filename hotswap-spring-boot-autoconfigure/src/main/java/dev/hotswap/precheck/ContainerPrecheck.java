package dev.hotswap.precheck;

import java.util.Set;

import dev.hotswap.HandoffPrecheck;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a handoff where the container would end with this process, and the successor
 * with the container: the kernel kills what is left of a PID namespace when its PID 1
 * exits, see pid_namespaces(7), and container engines end a container with its first
 * process.
 *
 * @since 0.1.0
 */
public final class ContainerPrecheck implements HandoffPrecheck {

	/** Exit with their child, whatever else lives. */
	private static final Set<String> SHORT_LIVED = Set.of("tini", "tini-static", "docker-init", "dumb-init",
			"catatonit");

	private static final Log logger = LogFactory.getLog(ContainerPrecheck.class);

	private final SystemFiles files;

	/**
	 * Create a precheck.
	 */
	public ContainerPrecheck() {
		this(SystemFiles.ofThisMachine());
	}

	ContainerPrecheck(SystemFiles files) {
		this.files = files;
	}

	@Override
	public @Nullable String refuse() {
		String parent = parent();
		if (parent == null) {
			logger.debug("The parent of this process is unknown");
			return null;
		}
		// Nobody in this PID namespace is the parent of its PID 1, or of the first
		// process
		// of a container that shares the namespace of others
		if (parent.equals("0")) {
			return explain("This process is its container's first, and the container ends when it exits");
		}
		String name = parent.equals("1") ? this.files.read("proc/1/comm").orElse("").strip() : "";
		return SHORT_LIVED.contains(name)
				? explain("PID 1 of this container, " + name + ", exits when this process does") : null;
	}

	/** Field 4, counted from the end of the name, which may itself have blanks. */
	private @Nullable String parent() {
		String stat = this.files.read("proc/self/stat").orElse("");
		String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
		return (fields.length > 1) ? fields[1] : null;
	}

	private static String explain(String reason) {
		return reason + ", so its successor would be killed. Start the container with an init that stays until the "
				+ "last generation has exited: hotswap-init, of the documentation's page on containers, is one.";
	}

}
