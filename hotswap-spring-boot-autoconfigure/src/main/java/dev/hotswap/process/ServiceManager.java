package dev.hotswap.process;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.hotswap.descriptor.Descriptor;
import dev.hotswap.descriptor.UnixDatagram;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The service manager that has started this process, or one before it: systemd, or
 * another that understands the protocol of sd_notify(3). A message that cannot be
 * delivered is logged once and harms nothing. Thread-safe.
 *
 * @since 0.1.0
 */
public final class ServiceManager {

	/**
	 * Variables that speak of the one process that the service manager has started, and
	 * that no successor must see: see sd_listen_fds(3) and sd_watchdog_enabled(3).
	 * Without {@code WATCHDOG_PID} the watchdog concerns whoever reads
	 * {@code WATCHDOG_USEC}.
	 */
	public static final Set<String> NOT_INHERITED = Set.of("LISTEN_FDS", "LISTEN_PID", "LISTEN_PIDFDID",
			"LISTEN_FDNAMES", "WATCHDOG_PID");

	/** A queue that stays full for so long belongs to a manager that is stopped. */
	private static final Duration SEND_TIMEOUT = Duration.ofSeconds(1);

	private static final Duration RETRY = Duration.ofMillis(100);

	private static final File NULL_DEVICE = new File("/dev/null");

	/** Within which time a busy service manager has read a message. */
	private static final Duration READ_TIMEOUT = Duration.ofSeconds(5);

	private static final Log logger = LogFactory.getLog(ServiceManager.class);

	private final String socket;

	private final long pid;

	private final @Nullable Duration watchdogTimeout;

	private final boolean storesDescriptors;

	private final AtomicBoolean failed = new AtomicBoolean();

	private ServiceManager(String socket, long pid, @Nullable Duration watchdogTimeout, boolean storesDescriptors) {
		this.socket = socket;
		this.pid = pid;
		this.watchdogTimeout = watchdogTimeout;
		this.storesDescriptors = storesDescriptors;
	}

	/**
	 * Find out whether a service manager wants to be notified.
	 * @param environment the environment of a process
	 * @param pid its process id
	 * @return the service manager, or empty without a usable {@code NOTIFY_SOCKET}
	 */
	public static Optional<ServiceManager> find(Map<String, String> environment, long pid) {
		String socket = environment.getOrDefault("NOTIFY_SOCKET", "");
		if (socket.length() < 2 || (socket.charAt(0) != '/' && socket.charAt(0) != '@')) {
			if (!socket.isEmpty()) {
				logger.warn("The service manager is not notified, because NOTIFY_SOCKET=" + socket
						+ " is neither a path nor an abstract Unix socket");
			}
			return Optional.empty();
		}
		return Optional.of(new ServiceManager(socket, pid, watchdogTimeout(environment, pid),
				number(environment.get("FDSTORE")) > 0));
	}

	private static @Nullable Duration watchdogTimeout(Map<String, String> environment, long pid) {
		long micros = number(environment.get("WATCHDOG_USEC"));
		String wanted = environment.get("WATCHDOG_PID");
		boolean concernsUs = wanted == null || number(wanted) == pid;
		return (micros > 0 && concernsUs) ? Duration.ofNanos(micros * 1000) : null;
	}

	private static long number(@Nullable String text) {
		return (text != null && text.matches("\\d{1,15}")) ? Long.parseLong(text) : -1;
	}

	/**
	 * Within which time the service manager wants a sign of life, again and again.
	 * @return the time, or {@code null} if it wants none
	 */
	public @Nullable Duration watchdogTimeout() {
		return this.watchdogTimeout;
	}

	/**
	 * Whether the service manager keeps descriptors for the time after a crash: it says
	 * so in {@code FDSTORE} (systemd 254 and later).
	 * @return {@code true} if there is a descriptor store
	 */
	public boolean storesDescriptors() {
		return this.storesDescriptors;
	}

	/**
	 * Send one message. Blocks for a second at most, and only when the service manager is
	 * stopped; when this returns, the message is ahead of any that is sent later by
	 * another process.
	 * @param assignments lines such as {@code READY=1}; line breaks in one become spaces
	 * @return whether the message was sent
	 */
	public boolean tell(String... assignments) {
		return send(List.of(), assignments);
	}

	/**
	 * Have the service manager see that this process, its main process, has become its
	 * child. systemd looks only when it learns of a main process; one that was another's
	 * child then it takes for an alien as long as it lives: it does not wait for its end
	 * when it stops the service, but sends SIGKILL at once, and takes its crash for the
	 * service's orderly end ({@code main_pid_alien} in its {@code service.c}). To name
	 * the same process again changes nothing, so another one, which does nothing, is
	 * named in between. Where it cannot be started, nothing is said.
	 */
	public void renewMainProcess() {
		ProcessBuilder builder = new ProcessBuilder("sleep", String.valueOf(READ_TIMEOUT.toSeconds()))
			.redirectInput(Redirect.from(NULL_DEVICE))
			.redirectOutput(Redirect.DISCARD)
			.redirectError(Redirect.DISCARD);
		builder.environment().clear();
		try {
			Process helper = builder.start();
			if (tell("MAINPID=" + helper.pid())) {
				// As long as that is the main process, its end would be the service's
				while (!tell("MAINPID=" + this.pid) && !helper.waitFor(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
					logger.debug("The service manager was not reached; trying again");
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (IOException ex) {
			logger.warn("The service manager cannot be told that this process is its child by now, "
					+ "and will kill it when it stops the service", ex);
		}
	}

	/**
	 * Have a descriptor kept in the service manager's store. A service that is started
	 * again after a crash finds it among its {@code LISTEN_FDS}.
	 * @param name its name there, without a colon
	 * @param descriptor the descriptor, which stays the caller's
	 */
	public void store(String name, Descriptor descriptor) {
		send(List.of(descriptor), "FDSTORE=1", "FDNAME=" + name);
	}

	/**
	 * Have all descriptors of a name removed from the store.
	 * @param name the name
	 */
	public void forget(String name) {
		tell("FDSTOREREMOVE=1", "FDNAME=" + name);
	}

	private boolean send(List<Descriptor> descriptors, String... assignments) {
		StringBuilder message = new StringBuilder();
		for (String assignment : assignments) {
			message.append(assignment.replaceAll("\\R", " ")).append('\n');
		}
		try {
			UnixDatagram.send(this.socket, message.toString().getBytes(StandardCharsets.UTF_8), descriptors,
					SEND_TIMEOUT);
			return true;
		}
		catch (IOException | RuntimeException ex) {
			if (this.failed.compareAndSet(false, true)) {
				logger.warn("The service manager could not be notified through " + this.socket
						+ ", which is logged this once: " + ex);
			}
			return false;
		}
	}

}
