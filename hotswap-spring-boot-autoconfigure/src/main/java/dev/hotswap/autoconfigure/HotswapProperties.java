package dev.hotswap.autoconfigure;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.hotswap.command.Command;
import dev.hotswap.release.ReleaseVerification;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;

/**
 * Properties of the graceful handoff.
 *
 * @since 0.1.0
 */
@ConfigurationProperties("hotswap")
public class HotswapProperties {

	/**
	 * Whether the application can hand over to a successor.
	 */
	private boolean enabled = true;

	/**
	 * Who may take over from whom. Defaults to spring.application.name, else to the main
	 * class.
	 */
	private @Nullable String application;

	/**
	 * Tells several instances on one address apart.
	 */
	private @Nullable String instance;

	/**
	 * Whether to take over, on start, from the instance that serves this address. Without
	 * one, the application starts as usual.
	 */
	private boolean takeover;

	/**
	 * Ask the running instance for something, show how it goes, and exit, without
	 * starting the application: 'handoff', 'status', 'abort' or 'revert'.
	 */
	private @Nullable String command;

	/**
	 * Release that 'hotswap.command=handoff' asks for. Without it, the release that runs,
	 * or is current.
	 */
	private @Nullable String commandRelease;

	/**
	 * What 'hotswap.command=handoff' waits for: that the successor serves, or that the
	 * predecessor has drained, too.
	 */
	private Command.Until commandUntil = Command.Until.SERVED;

	/**
	 * Signal that starts a handoff: 'auto' (USR2 where the JVM has given it up, else
	 * USR1), a signal's name, or 'none'.
	 */
	private String signal = "auto";

	/**
	 * Time from the launch of the successor until it is ready. Its progress extends it,
	 * to three times at most.
	 */
	private Duration readyTimeout = Duration.ofMinutes(2);

	/**
	 * File that names the active process, by its process id. It is replaced at each
	 * handoff and removed when the service stops.
	 */
	private @Nullable Path pidFile;

	/**
	 * Whether several instances share the server's port (SO_REUSEPORT). Each needs a
	 * 'hotswap.instance' of its own, and hands over by itself.
	 */
	private boolean reusePort;

	private final Control control = new Control();

	private final Cutover cutover = new Cutover();

	private final Launch launch = new Launch();

	private final Drain drain = new Drain();

	private final Connections connections = new Connections();

	private final Release release = new Release();

	private final WarmUp warmUp = new WarmUp();

	private final Watch watch = new Watch();

	@NestedConfigurationProperty
	private final LivenessProperties liveness = new LivenessProperties();

	@NestedConfigurationProperty
	private final PrecheckProperties prechecks = new PrecheckProperties();

	public boolean isEnabled() {
		return this.enabled;
	}

	public void setEnabled(boolean enabled) {
		this.enabled = enabled;
	}

	public @Nullable String getApplication() {
		return this.application;
	}

	public void setApplication(@Nullable String application) {
		this.application = application;
	}

	public @Nullable String getInstance() {
		return this.instance;
	}

	public void setInstance(@Nullable String instance) {
		this.instance = instance;
	}

	public boolean isTakeover() {
		return this.takeover;
	}

	public void setTakeover(boolean takeover) {
		this.takeover = takeover;
	}

	public @Nullable String getCommand() {
		return this.command;
	}

	public void setCommand(@Nullable String command) {
		this.command = command;
	}

	public @Nullable String getCommandRelease() {
		return this.commandRelease;
	}

	public void setCommandRelease(@Nullable String commandRelease) {
		this.commandRelease = commandRelease;
	}

	public Command.Until getCommandUntil() {
		return this.commandUntil;
	}

	public void setCommandUntil(Command.Until commandUntil) {
		this.commandUntil = commandUntil;
	}

	public String getSignal() {
		return this.signal;
	}

	public void setSignal(String signal) {
		this.signal = signal;
	}

	public Duration getReadyTimeout() {
		return this.readyTimeout;
	}

	public void setReadyTimeout(Duration readyTimeout) {
		this.readyTimeout = readyTimeout;
	}

	public @Nullable Path getPidFile() {
		return this.pidFile;
	}

	public void setPidFile(@Nullable Path pidFile) {
		this.pidFile = pidFile;
	}

	public boolean isReusePort() {
		return this.reusePort;
	}

	public void setReusePort(boolean reusePort) {
		this.reusePort = reusePort;
	}

	public Release getRelease() {
		return this.release;
	}

	public LivenessProperties getLiveness() {
		return this.liveness;
	}

	public PrecheckProperties getPrechecks() {
		return this.prechecks;
	}

	public Control getControl() {
		return this.control;
	}

	public Cutover getCutover() {
		return this.cutover;
	}

	public Launch getLaunch() {
		return this.launch;
	}

	public Connections getConnections() {
		return this.connections;
	}

	public WarmUp getWarmUp() {
		return this.warmUp;
	}

	public Drain getDrain() {
		return this.drain;
	}

	public Watch getWatch() {
		return this.watch;
	}

	/**
	 * The control socket.
	 */
	public static class Control {

		/**
		 * Path of the Unix socket on which the active process listens. Defaults to a name
		 * made of address and port in a folder of the user's own below java.io.tmpdir.
		 */
		private @Nullable Path socket;

		public @Nullable Path getSocket() {
			return this.socket;
		}

		public void setSocket(@Nullable Path socket) {
			this.socket = socket;
		}

	}

	/**
	 * How new connections move to the successor.
	 */
	public static class Cutover {

		/**
		 * Time over which the successor's share of new connections grows to all of them.
		 * With zero it accepts all at once.
		 */
		private Duration ramp = Duration.ofSeconds(0);

		public Duration getRamp() {
			return this.ramp;
		}

		public void setRamp(Duration ramp) {
			this.ramp = ramp;
		}

	}

	/**
	 * The releases that a handoff can launch.
	 */
	public static class Release {

		/**
		 * Folder with 'releases', one folder a version, and 'current', a symbolic link to
		 * the one that has proven itself. Unset, a successor runs what the command line
		 * says.
		 */
		private @Nullable Path directory;

		/**
		 * How a release is verified before it is launched.
		 */
		private ReleaseVerification verify = ReleaseVerification.SHA256;

		/**
		 * How many releases are left when old ones are pruned. Those that are current, or
		 * that a process runs from, are left in any case.
		 */
		private int keep = 3;

		public @Nullable Path getDirectory() {
			return this.directory;
		}

		public void setDirectory(@Nullable Path directory) {
			this.directory = directory;
		}

		public ReleaseVerification getVerify() {
			return this.verify;
		}

		public void setVerify(ReleaseVerification verify) {
			this.verify = verify;
		}

		public int getKeep() {
			return this.keep;
		}

		public void setKeep(int keep) {
			this.keep = keep;
		}

	}

	/**
	 * How the successor is launched. Additions are applied to the command line as the
	 * operator first gave it.
	 */
	public static class Launch {

		/**
		 * Command line to launch instead of the running process's own, word by word.
		 */
		private @Nullable List<String> command;

		/**
		 * JVM options to add.
		 */
		private List<String> jvmOptions = new ArrayList<>();

		/**
		 * Application arguments to add.
		 */
		private List<String> arguments = new ArrayList<>();

		/**
		 * Environment variables to set.
		 */
		private Map<String, String> environment = new LinkedHashMap<>();

		/**
		 * Working directory, if not the running process's own.
		 */
		private @Nullable Path directory;

		/**
		 * Ports of listening sockets that no connector owns and that may stay behind, or
		 * '*'.
		 */
		private List<String> ignoreListeners = new ArrayList<>();

		/**
		 * Whether the successor starts and warms up with the idle policy of the
		 * scheduler, where it is permitted to go back.
		 */
		private boolean gentle = true;

		/**
		 * Directory of its own in which archives of classes are kept, one per release (an
		 * AOT cache from JDK 25 on), with which successors start faster. The application
		 * makes them itself, by training runs. None are made unless set.
		 */
		private @Nullable Path archiveDirectory;

		public @Nullable Path getArchiveDirectory() {
			return this.archiveDirectory;
		}

		public void setArchiveDirectory(@Nullable Path archiveDirectory) {
			this.archiveDirectory = archiveDirectory;
		}

		public @Nullable List<String> getCommand() {
			return this.command;
		}

		public void setCommand(@Nullable List<String> command) {
			this.command = command;
		}

		public List<String> getJvmOptions() {
			return this.jvmOptions;
		}

		public void setJvmOptions(List<String> jvmOptions) {
			this.jvmOptions = jvmOptions;
		}

		public List<String> getArguments() {
			return this.arguments;
		}

		public void setArguments(List<String> arguments) {
			this.arguments = arguments;
		}

		public Map<String, String> getEnvironment() {
			return this.environment;
		}

		public void setEnvironment(Map<String, String> environment) {
			this.environment = environment;
		}

		public @Nullable Path getDirectory() {
			return this.directory;
		}

		public void setDirectory(@Nullable Path directory) {
			this.directory = directory;
		}

		public boolean isGentle() {
			return this.gentle;
		}

		public void setGentle(boolean gentle) {
			this.gentle = gentle;
		}

		public List<String> getIgnoreListeners() {
			return this.ignoreListeners;
		}

		public void setIgnoreListeners(List<String> ignoreListeners) {
			this.ignoreListeners = ignoreListeners;
		}

	}

	/**
	 * What becomes of connections that clients keep.
	 */
	public static class Connections {

		/**
		 * Whether kept connections move to the successor as they fall idle. Otherwise
		 * their next response announces their end.
		 */
		private boolean transfer = true;

		/**
		 * Time without a request after which a connection is ended. Unset leaves that to
		 * the server's keep-alive time-out.
		 */
		private @Nullable Duration idleTimeout;

		/**
		 * Age from which on a request is worth a warning with its method and path.
		 */
		private @Nullable Duration activeWarning;

		public boolean isTransfer() {
			return this.transfer;
		}

		public void setTransfer(boolean transfer) {
			this.transfer = transfer;
		}

		public @Nullable Duration getIdleTimeout() {
			return this.idleTimeout;
		}

		public void setIdleTimeout(@Nullable Duration idleTimeout) {
			this.idleTimeout = idleTimeout;
		}

		public @Nullable Duration getActiveWarning() {
			return this.activeWarning;
		}

		public void setActiveWarning(@Nullable Duration activeWarning) {
			this.activeWarning = activeWarning;
		}

	}

	/**
	 * How a process finishes what it accepted.
	 */
	public static class Drain {

		/**
		 * Time after which a predecessor ends what is left.
		 */
		private Duration timeout = Duration.ofSeconds(30);

		/**
		 * Time for which a drained predecessor stays able to serve again, should its
		 * successor die or an operator revert the handoff.
		 */
		private Duration standby = Duration.ofSeconds(10);

		/**
		 * Older generations that may drain at once; beyond it the oldest ends.
		 */
		private int maxGenerations = 4;

		/**
		 * Time for which a process that stops without a successor still accepts
		 * connections while its readiness refuses, so that load balancers notice.
		 */
		private Duration announceDelay = Duration.ofSeconds(0);

		/**
		 * Time over which clients of event streams and WebSocket sessions are told to
		 * connect again, so that they do not all come at once.
		 */
		private Duration spread = Duration.ofSeconds(5);

		public Duration getTimeout() {
			return this.timeout;
		}

		public void setTimeout(Duration timeout) {
			this.timeout = timeout;
		}

		public Duration getStandby() {
			return this.standby;
		}

		public void setStandby(Duration standby) {
			this.standby = standby;
		}

		public int getMaxGenerations() {
			return this.maxGenerations;
		}

		public void setMaxGenerations(int maxGenerations) {
			this.maxGenerations = maxGenerations;
		}

		public Duration getAnnounceDelay() {
			return this.announceDelay;
		}

		public void setAnnounceDelay(Duration announceDelay) {
			this.announceDelay = announceDelay;
		}

		public Duration getSpread() {
			return this.spread;
		}

		public void setSpread(Duration spread) {
			this.spread = spread;
		}

	}

	/**
	 * How a successor warms up before it serves.
	 */
	public static class WarmUp {

		/**
		 * Requests to warm up with, as '/path?query', 'GET /path' or 'HEAD /path'. They
		 * go to the main connector.
		 */
		private List<String> requests = new ArrayList<>();

		/**
		 * Whether to warm up with requests of the kinds that the predecessor has served,
		 * and to record such requests for a successor.
		 */
		private boolean recorded = true;

		/**
		 * Time for which requests are sent at most, and that each WarmUp bean may take.
		 * Requests end earlier once their latency has settled. Zero does not warm up.
		 */
		private Duration duration = Duration.ofSeconds(30);

		/**
		 * Requests that are sent at once, at most. Those that are answered within 5 ms
		 * take turns, half as many at once as there are processors.
		 */
		private int concurrency = 4;

		/**
		 * Whether the handoff fails when a WarmUp bean or a configured request does.
		 */
		private boolean required;

		public List<String> getRequests() {
			return this.requests;
		}

		public void setRequests(List<String> requests) {
			this.requests = requests;
		}

		public boolean isRecorded() {
			return this.recorded;
		}

		public void setRecorded(boolean recorded) {
			this.recorded = recorded;
		}

		public Duration getDuration() {
			return this.duration;
		}

		public void setDuration(Duration duration) {
			this.duration = duration;
		}

		public int getConcurrency() {
			return this.concurrency;
		}

		public void setConcurrency(int concurrency) {
			this.concurrency = concurrency;
		}

		public boolean isRequired() {
			return this.required;
		}

		public void setRequired(boolean required) {
			this.required = required;
		}

	}

	/**
	 * Handoff on change.
	 */
	public static class Watch {

		/**
		 * Whether a handoff starts when the configuration files, the current release or
		 * the jar change.
		 */
		private boolean enabled;

		/**
		 * Time for which nothing may change any more before it is looked at.
		 */
		private Duration quietPeriod = Duration.ofSeconds(2);

		public boolean isEnabled() {
			return this.enabled;
		}

		public void setEnabled(boolean enabled) {
			this.enabled = enabled;
		}

		public Duration getQuietPeriod() {
			return this.quietPeriod;
		}

		public void setQuietPeriod(Duration quietPeriod) {
			this.quietPeriod = quietPeriod;
		}

	}

}
