package dev.hotswap.handoff;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.hotswap.listener.KeptListeners;
import dev.hotswap.process.GentleStart;
import dev.hotswap.process.LaunchAdditions;
import dev.hotswap.process.LaunchOrigin;
import dev.hotswap.process.LaunchPlan;
import dev.hotswap.process.LaunchRequirements;
import dev.hotswap.process.LaunchedProcess;
import dev.hotswap.process.ProcessLauncher;
import dev.hotswap.process.ProcessId;
import dev.hotswap.process.ServiceManager;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Launches successors, all from the command line that the operator first gave.
 */
final class SuccessorLaunch {

	/** Since when the JDK warns of native access that no option has enabled. */
	private static final int JDK_WITH_NATIVE_ACCESS_WARNING = 22;

	private static final Log logger = LogFactory.getLog(SuccessorLaunch.class);

	private final LaunchAdditions additions;

	private final Path controlSocket;

	private final ProcessLauncher launcher;

	private final KeptListeners kept;

	private @Nullable LaunchOrigin origin;

	private @Nullable LaunchOrigin originToPassOn;

	SuccessorLaunch(LaunchAdditions additions, Path controlSocket, ProcessLauncher launcher, KeptListeners kept) {
		this.additions = additions;
		this.controlSocket = controlSocket;
		this.launcher = launcher;
		this.kept = kept;
	}

	/**
	 * Learn from the predecessor how the operator first started the application.
	 */
	synchronized void inherit(LaunchOrigin origin) {
		this.origin = origin;
	}

	synchronized LaunchedProcess launch(String handoffId, @Nullable Path jar) throws IOException {
		LaunchPlan plan = plan(handoffId, jar);
		if (!plan.leftOut().isEmpty()) {
			logger.info("Handoff " + handoffId + ": debugger and JMX ports cannot be held by two processes; "
					+ "the successor starts without " + plan.leftOut());
		}
		this.originToPassOn = plan.origin();
		return this.launcher.launch(plan.request());
	}

	/**
	 * Prepare for a launch. Blocks, for minutes at most.
	 */
	void prepare(Deployment deployment) {
		this.launcher.prepare(() -> plan(null, deployment.defaultJar()).request());
	}

	/**
	 * End what prepares for a launch.
	 */
	void stopPreparing() {
		this.launcher.stopPreparing();
	}

	/**
	 * Plan a launch, which has no effect.
	 * @param handoffId the handoff that the process is to take part in, or {@code null}
	 * for one that is to take part in none
	 * @param jar the jar to run, or {@code null} for that of this process
	 */
	synchronized LaunchPlan plan(@Nullable String handoffId, @Nullable Path jar) throws IOException {
		LaunchOrigin origin = (this.origin != null) ? this.origin : LaunchOrigin.ofThisProcess();
		Map<String, String> environment = new HashMap<>();
		Set<String> notInherited = new HashSet<>(ServiceManager.NOT_INHERITED);
		notInherited.addAll(List.of(GentleStart.VARIABLE, LaunchMarker.VARIABLE, KeptListeners.VARIABLE));
		if (handoffId != null) {
			environment.put(LaunchMarker.VARIABLE,
					new LaunchMarker(handoffId, ProcessId.current(), this.controlSocket).toString());
			if (!this.kept.isEmpty()) {
				environment.put(KeptListeners.VARIABLE, this.kept.toString());
			}
		}
		return origin.plan(System.getenv(), this.additions,
				new LaunchRequirements(requiredOptions(), environment, notInherited, jar));
	}

	/**
	 * What the launched successor must be told, so that it can launch the next one.
	 */
	synchronized @Nullable LaunchOrigin originToPassOn() {
		return this.originToPassOn;
	}

	private static List<String> requiredOptions() {
		List<String> options = new ArrayList<>();
		options.add("--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");
		if (Runtime.version().feature() >= JDK_WITH_NATIVE_ACCESS_WARNING) {
			options.add("--enable-native-access=ALL-UNNAMED");
		}
		return options;
	}

}
