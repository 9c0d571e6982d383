package dev.hotswap.handoff;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import dev.hotswap.HandoffRecord;
import dev.hotswap.Role;
import dev.hotswap.Stage;
import dev.hotswap.descriptor.Descriptor;
import dev.hotswap.listener.ActivatedListeners;
import dev.hotswap.process.ProcessId;
import dev.hotswap.process.ServiceManager;
import dev.hotswap.web.HandoffConnector;
import dev.hotswap.web.HandoffConnectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Tells the service manager which process is the active one, and how a handoff goes. Only
 * the active process speaks: what a successor or an older generation said would be taken
 * for the service's state, and its {@code STOPPING=1} would stop the service.
 * <p>
 * Called by the machine's thread after each event and <em>before</em> the machine's
 * actions are performed: the frame that tells a predecessor to go is sent only once the
 * service manager knows its new main process. A main process that exits before ends the
 * service.
 */
final class ServiceNotices {

	/** What a context may take to close after its drain. */
	private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

	/** Prechecks, older generations and the cutover, beside the start. */
	private static final Duration BESIDE_START = Duration.ofMinutes(3);

	private static final Log logger = LogFactory.getLog(ServiceNotices.class);

	private final ServiceManager manager;

	private final HandoffConnectors connectors;

	/** Within which time a stage of a handoff ends. */
	private final Duration stageLimit;

	private final Duration stopLimit;

	private final @Nullable ScheduledExecutorService watchdog;

	private final @Nullable ProcessId launcher;

	private final Set<String> stored = new HashSet<>();

	/** Whether this process is the one that speaks. */
	private volatile boolean active;

	private @Nullable Thread launcherWatch;

	/** Whether this process has a new parent, of which the service manager must learn. */
	private boolean reparented;

	private boolean stopping;

	private @Nullable String handoffId;

	private Stage stage = Stage.IDLE;

	/**
	 * Create the notices of a process.
	 * @param manager the service manager
	 * @param connectors whose listeners to store
	 * @param settings how long what may take
	 * @param launcher the process that has launched this one, or {@code null} if that was
	 * no predecessor
	 */
	ServiceNotices(ServiceManager manager, HandoffConnectors connectors, HandoffSettings settings,
			@Nullable ProcessId launcher) {
		this.manager = manager;
		this.connectors = connectors;
		this.launcher = launcher;
		this.stageLimit = settings.readyTimeout().multipliedBy(HandoffMachine.READY_TIMEOUT_CAP).plus(BESIDE_START);
		this.stopLimit = settings.announceDelay()
			.plus(settings.stopTimeout())
			.plus(FinalDrain.OVERHEAD)
			.plus(CLOSE_TIMEOUT);
		this.watchdog = (manager.watchdogTimeout() != null) ? watch(manager.watchdogTimeout()) : null;
	}

	/**
	 * Twice in the time that the service manager allows, as sd_watchdog_enabled(3) says.
	 */
	private ScheduledExecutorService watch(Duration timeout) {
		ScheduledExecutorService watchdog = Executors
			.newSingleThreadScheduledExecutor(new Threads("hotswap-watchdog-"));
		long interval = Math.max(1, timeout.toNanos() / 2);
		watchdog.scheduleAtFixedRate(() -> {
			if (this.active) {
				this.manager.tell("WATCHDOG=1");
			}
		}, interval, interval, TimeUnit.NANOSECONDS);
		return watchdog;
	}

	/**
	 * Tell what the machine has decided.
	 * @param machine in the state after an event
	 * @param actions what it wants done, of which nothing has been done yet
	 */
	synchronized void tell(HandoffMachine machine, List<Action> actions) {
		if (actions.stream().anyMatch(Action.BecomeActive.class::isInstance)) {
			this.active = true;
			serving(machine, failure(actions));
			store();
			watchLauncher();
		}
		else if (this.active && machine.role() != Role.ACTIVE && machine.phase() != Phase.LEAVING) {
			this.active = false;
			this.stored.clear();
		}
		else if (this.active && machine.role() == Role.ACTIVE) {
			handoff(machine, actions);
		}
		if (actions.stream().anyMatch(Action.Leave.class::isInstance)) {
			// Also where it has become the active one only to leave
			stopping();
		}
		this.handoffId = machine.handoffId();
		this.stage = machine.stage();
		renew();
	}

	/**
	 * As long as the predecessor lives, it is the parent of this process, and the service
	 * manager counts on nobody but its own children.
	 */
	private void watchLauncher() {
		ProcessId launcher = this.launcher;
		if (launcher != null && this.launcherWatch == null) {
			this.launcherWatch = new Threads("hotswap-launcher-").newThread(() -> {
				try {
					while (!launcher.isDead()) {
						TimeUnit.SECONDS.sleep(1);
					}
					reparented();
				}
				catch (InterruptedException ex) {
					// This process ends first
				}
			});
			this.launcherWatch.start();
		}
	}

	private synchronized void reparented() {
		this.reparented = true;
		renew();
	}

	/** Not while a handoff runs, whose successor may have told of itself already. */
	private void renew() {
		if (this.reparented && this.active && this.handoffId == null && !this.stopping) {
			this.reparented = false;
			this.manager.renewMainProcess();
		}
	}

	private void handoff(HandoffMachine machine, List<Action> actions) {
		String running = machine.handoffId();
		if (running == null && this.handoffId != null) {
			serving(machine, failure(actions));
		}
		else if (running != null && !running.equals(this.handoffId)) {
			// systemd compares with its own CLOCK_MONOTONIC, which is what nanoTime()
			// reads
			this.manager.tell("RELOADING=1", "MONOTONIC_USEC=" + System.nanoTime() / 1000, status(machine),
					extension());
		}
		else if (running != null && machine.stage() != this.stage) {
			this.manager.tell(status(machine), extension());
		}
	}

	private void serving(HandoffMachine machine, String failure) {
		List<String> lines = new ArrayList<>(List.of("MAINPID=" + ProcessHandle.current().pid(), "READY=1",
				"STATUS=" + failure + "Serving as generation " + machine.generation()));
		if (this.watchdog != null) {
			lines.add("WATCHDOG=1");
		}
		this.manager.tell(lines.toArray(String[]::new));
	}

	private static String status(HandoffMachine machine) {
		return "STATUS=Serving as generation " + machine.generation() + "; handoff " + machine.handoffId() + ": "
				+ ((machine.phase() != Phase.REVERTING) ? machine.stage() : "reverting");
	}

	private String extension() {
		return extension(this.stageLimit);
	}

	private static String extension(Duration limit) {
		return "EXTEND_TIMEOUT_USEC=" + TimeUnit.NANOSECONDS.toMicros(limit.toNanos());
	}

	private static String failure(List<Action> actions) {
		for (Action action : actions) {
			if (action instanceof Action.Remember remember
					&& remember.handoff().result() == HandoffRecord.Result.FAILED) {
				HandoffRecord handoff = remember.handoff();
				return "Handoff " + handoff.id() + " failed in " + handoff.stage() + " (" + handoff.code() + "). ";
			}
		}
		return "";
	}

	private void stopping() {
		this.stopping = true;
		// A listener whose connects are refused from now on must not come back
		this.stored.forEach(this.manager::forget);
		this.manager.tell("STOPPING=1",
				"STATUS=Stopping; draining for " + this.stopLimit.minus(CLOSE_TIMEOUT).toSeconds() + " s at most",
				extension(this.stopLimit));
	}

	/** The same listener twice is one to the store. */
	private void store() {
		if (!this.manager.storesDescriptors()) {
			return;
		}
		for (HandoffConnector connector : this.connectors.all()) {
			String name = ActivatedListeners.STORED_PREFIX + connector.name().replace(':', '-');
			try (Descriptor descriptor = connector.exportListener()) {
				this.manager.store(name, descriptor);
				this.stored.add(name);
			}
			catch (IOException ex) {
				logger.warn("The listener of connector '" + connector.name()
						+ "' cannot be kept by the service manager, and ends with a crash of this process", ex);
			}
		}
	}

	/**
	 * Say nothing more.
	 */
	synchronized void close() {
		this.active = false;
		if (this.launcherWatch != null) {
			this.launcherWatch.interrupt();
		}
		if (this.watchdog != null) {
			this.watchdog.shutdownNow();
		}
	}

}
