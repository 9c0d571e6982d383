package dev.hotswap.watch;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import dev.hotswap.Handoff;
import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffRefusedException;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Role;
import dev.hotswap.release.Releases;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Starts a handoff when what the active process was started from has changed. What has
 * failed is not tried again until it changes. Thread-safe; all work is done on one thread
 * of its own, which sleeps while nothing happens.
 *
 * @since 0.1.0
 */
public final class ChangeWatch implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(ChangeWatch.class);

	private final Handoff handoff;

	private final ConfigurationFiles files;

	private final Program program;

	private final Duration quietPeriod;

	private final ScheduledExecutorService executor;

	private final @Nullable String revision;

	private @Nullable FolderWatcher watcher;

	private @Nullable ScheduledFuture<?> look;

	private boolean active;

	/** This process has handed over and may come back. */
	private boolean handedOver;

	/** What has failed, or was undone. */
	private @Nullable StartState declined;

	private @Nullable Attempt attempt;

	private boolean waiting;

	private int failedLooks;

	/**
	 * Create a watch, which does nothing before this process is the active one.
	 * @param handoff starts handoffs
	 * @param files what this process has read its configuration from
	 * @param releases what it runs
	 * @param quietPeriod how long nothing may change before it is looked at
	 */
	public ChangeWatch(Handoff handoff, ConfigurationFiles files, Releases releases, Duration quietPeriod) {
		this(handoff, files, releases, quietPeriod, Executors.newSingleThreadScheduledExecutor((task) -> {
			Thread thread = new Thread(task, "hotswap-watch");
			thread.setDaemon(true);
			return thread;
		}));
	}

	ChangeWatch(Handoff handoff, ConfigurationFiles files, Releases releases, Duration quietPeriod,
			ScheduledExecutorService executor) {
		this.handoff = handoff;
		this.files = files;
		this.program = new Program(releases);
		this.quietPeriod = quietPeriod;
		this.executor = executor;
		this.revision = files.revision();
	}

	/**
	 * Tell what this process is now. It watches while it is the active one.
	 * @param role the role
	 */
	public void role(Role role) {
		execute(() -> {
			if (role == Role.ACTIVE && !this.active) {
				begin();
			}
			else if (role != Role.ACTIVE) {
				this.handedOver |= this.active;
				end();
			}
		});
	}

	/**
	 * Tell that a handoff is over.
	 */
	public void handoffOver() {
		execute(() -> {
			conclude();
			lookLater();
		});
	}

	private void begin() {
		this.active = true;
		this.attempt = null;
		try {
			FolderWatcher watcher = new FolderWatcher(() -> execute(this::lookLater));
			this.watcher = watcher;
			watch(watcher);
			logger.info("Watching " + watcher.size() + " folders for changes of what this process was started from ("
					+ StartState.nameOf(this.revision) + ")");
			if (this.handedOver) {
				decline(StartState.read(this.files, this.program), "The successor does not serve any more.");
			}
		}
		catch (IOException ex) {
			logger.warn("What this process was started from cannot be watched; it is looked at every "
					+ this.quietPeriod.toMillis() + " ms", ex);
		}
		lookLater();
	}

	private void end() {
		this.active = false;
		if (this.look != null) {
			this.look.cancel(false);
		}
		if (this.watcher != null) {
			this.watcher.close();
		}
		this.watcher = null;
	}

	/** Once nothing has changed for the quiet period. */
	private void lookLater() {
		if (!this.active) {
			return;
		}
		if (this.look != null) {
			this.look.cancel(false);
		}
		this.look = this.executor.schedule(() -> run(this::look), this.quietPeriod.toMillis(), TimeUnit.MILLISECONDS);
	}

	private void look() {
		conclude();
		if (!this.active || this.attempt != null) {
			return;
		}
		// First, so that what changes from now on is seen
		boolean complete = isWatched();
		try {
			decide(StartState.read(this.files, this.program));
		}
		catch (IOException ex) {
			complete = false;
			logger.debug("What this process was started from cannot be read", ex);
		}
		this.failedLooks = complete ? 0 : this.failedLooks + 1;
		// Once is what happens in the middle of a change
		if (this.failedLooks == 2) {
			logger.warn(
					"What this process was started from cannot be watched or read as a whole for now; it is looked at "
							+ "every " + this.quietPeriod.toMillis() + " ms (its cause is logged at debug level)");
		}
		if (!complete && this.attempt == null) {
			lookLater();
		}
	}

	private boolean isWatched() {
		FolderWatcher watcher = this.watcher;
		if (watcher == null) {
			return false;
		}
		try {
			watch(watcher);
			return true;
		}
		catch (IOException ex) {
			logger.debug("What this process was started from cannot be watched", ex);
			return false;
		}
	}

	private void watch(FolderWatcher watcher) throws IOException {
		WatchedFolders folders = new WatchedFolders();
		this.files.addTo(folders);
		this.program.addTo(folders);
		watcher.watch(folders.folders());
	}

	private void decide(StartState now) {
		if (!now.equals(this.declined)) {
			this.declined = null;
		}
		if (now.equals(this.declined) || now.isRunning(this.revision)) {
			this.waiting = false;
			return;
		}
		try {
			String id = this.handoff.start(HandoffTrigger.WATCH);
			this.attempt = new Attempt(id, now);
			this.waiting = false;
			logger.info("Handoff " + id + " is for what has changed: " + now.changed(this.revision));
		}
		catch (HandoffRefusedException ex) {
			if (!this.waiting) {
				logger.info("A handoff for what has changed (" + now.changed(this.revision) + ") has to wait: "
						+ ex.getMessage());
			}
			this.waiting = true;
			lookLater();
		}
	}

	/** See whether the handoff that was asked for is over. */
	private void conclude() {
		Attempt attempt = this.attempt;
		if (attempt == null) {
			return;
		}
		// One that succeeds ends this process's role
		this.handoff.status()
			.history()
			.stream()
			.filter((record) -> record.id().equals(attempt.handoffId())
					&& record.result() == HandoffRecord.Result.FAILED)
			.findFirst()
			.ifPresent((record) -> {
				this.attempt = null;
				decline(attempt.state(), String.valueOf(record.message()));
			});
	}

	private void decline(StartState state, String why) {
		if (!state.isRunning(this.revision)) {
			this.declined = state;
			logger.warn("What has changed (" + state.changed(this.revision)
					+ ") is not in use, and not tried again until it changes. " + why);
		}
	}

	private void execute(Runnable task) {
		try {
			this.executor.execute(() -> run(task));
		}
		catch (RejectedExecutionException ex) {
			logger.debug("This process ends", ex);
		}
	}

	private static void run(Runnable task) {
		try {
			task.run();
		}
		catch (RejectedExecutionException ex) {
			logger.debug("This process ends", ex);
		}
		catch (RuntimeException ex) {
			logger.error("What this process was started from could not be watched for a moment", ex);
		}
	}

	@Override
	public void close() {
		execute(this::end);
		this.executor.shutdown();
	}

	/**
	 * A handoff that was asked for.
	 *
	 * @param handoffId its id
	 * @param state what was there
	 */
	private record Attempt(String handoffId, StartState state) {

	}

}
