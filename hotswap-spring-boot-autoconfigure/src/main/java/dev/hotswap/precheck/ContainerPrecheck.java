package dev.hotswap.precheck;

import java.util.List;
import java.util.Set;
import java.util.function.IntSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Refuses a handoff where the container would end with this process, and the successor
 * with the container: the kernel kills what is left of a PID namespace when its PID 1
 * exits, see pid_namespaces(7), and container engines end a container with its first
 * process.
 * <p>
 * Only a first generation can be that process; what is a child of PID 1 later on is an
 * orphan for which nobody waits.
 *
 * @since 0.1.0
 */
public final class ContainerPrecheck implements LocalPrecheck {

	/** Exit with the child that they have started, whatever else lives. */
	private static final Set<String> EXIT_WITH_CHILD = Set.of("tini", "tini-static", "docker-init", "dumb-init",
			"catatonit");

	/** Most likely the same, with a script; one without is somebody's terminal. */
	private static final Set<String> SHELLS = Set.of("sh", "dash", "bash", "ash", "busybox");

	/** PID 1 where the containers of a pod share one PID namespace. */
	private static final Set<String> HOLD_NAMESPACE = Set.of("pause", "catatonit");

	private final IntSupplier generation;

	private final @Nullable String reason;

	/**
	 * Create a precheck. Looks at once at who has started this process.
	 * @param generation the generation of this process
	 */
	public ContainerPrecheck(IntSupplier generation) {
		this(generation, SystemFiles.ofThisMachine());
	}

	ContainerPrecheck(IntSupplier generation, SystemFiles files) {
		this.generation = generation;
		this.reason = reason(files);
	}

	@Override
	public @Nullable String refuse() {
		if (this.reason == null || this.generation.getAsInt() > 1) {
			return null;
		}
		return this.reason + ", and the successor would be killed. Start the container with an init that stays until "
				+ "the last generation has exited: hotswap-init, of the documentation's page on containers, is one. If "
				+ "something does stay, set hotswap.prechecks.container.enabled=false.";
	}

	private static @Nullable String reason(SystemFiles files) {
		String stat = files.read("proc/self/stat").orElse("");
		// The name in between may itself have blanks and parentheses
		String pid = stat.replaceFirst("(?s) .*", "");
		List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 1).strip().split(" "));
		String parent = (fields.size() > 1) ? fields.get(1) : "";
		List<String> commandLine = List.of(files.read("proc/1/cmdline").orElse("").split("\0", -1));
		String init = commandLine.get(0).substring(commandLine.get(0).lastIndexOf('/') + 1);
		if (pid.equals("1")) {
			return "This process is PID 1 of its container, which ends when it exits";
		}
		boolean script = SHELLS.contains(init)
				&& commandLine.stream().skip(1).anyMatch((word) -> !word.isEmpty() && !word.startsWith("-"));
		if (parent.equals("1") && (script || EXIT_WITH_CHILD.contains(init))) {
			return "PID 1 of this container, " + init + ", exits when this process does";
		}
		// Whoever has started it is outside of the namespace
		if (parent.equals("0") && HOLD_NAMESPACE.contains(init)) {
			return "This process is the first of its container, which ends when it exits";
		}
		return null;
	}

}
