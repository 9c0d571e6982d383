package dev.hotswap.handoff;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.hotswap.HandoffStatus;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Role;
import dev.hotswap.Stage;
import dev.hotswap.process.ProcessId;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that runs the state machine: events come in through a queue, actions go
 * out to {@link HandoffWorld}, which never blocks it. It sleeps while no deadline runs
 * and no control connection is open.
 */
final class EventLoop implements Runnable {

	private static final Duration TICK = Duration.ofMillis(250);

	private static final Duration OVERDUE = Duration.ofSeconds(1);

	private static final Log logger = LogFactory.getLog(EventLoop.class);

	private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

	private final HandoffMachine machine;

	private final @Nullable ServiceNotices notices;

	private final Thread thread = new Thread(this, "hotswap-handoff");

	private volatile boolean running = true;

	private volatile Snapshot snapshot;

	private @Nullable HandoffWorld world;

	private long lastTick;

	EventLoop(HandoffMachine machine) {
		this(machine, null);
	}

	/**
	 * Create the loop of a process that a service manager watches.
	 * @param notices told of each event before its actions are performed, or {@code null}
	 */
	EventLoop(HandoffMachine machine, @Nullable ServiceNotices notices) {
		this.machine = machine;
		this.notices = notices;
		this.snapshot = new Snapshot(machine.role(), Instant.now(), Stage.IDLE, Instant.now(), 1, null, null, null,
				List.of());
		this.thread.setDaemon(true);
	}

	void start(HandoffWorld world) {
		this.world = world;
		this.thread.start();
	}

	void post(Event event) {
		this.events.add(event);
	}

	void stop() {
		this.running = false;
		this.thread.interrupt();
	}

	Snapshot snapshot() {
		return this.snapshot;
	}

	@Override
	public void run() {
		HandoffWorld world = Objects.requireNonNull(this.world);
		while (this.running) {
			try {
				handle(world, next(world));
				if (System.nanoTime() - this.lastTick > OVERDUE.toNanos() && this.machine.hasDeadline()) {
					// Whoever floods this process with frames holds up no deadline
					handle(world, new Event.Tick());
				}
				Snapshot before = this.snapshot;
				this.snapshot = look(before);
				world.observers().tell(before, this.snapshot);
				world.operators().tell(before, this.snapshot);
			}
			catch (InterruptedException ex) {
				// stop() asks to look at the flag
				continue;
			}
			catch (RuntimeException | LinkageError ex) {
				// A bug here must not take the service with it
				logger.error("The handoff machine failed", ex);
			}
		}
	}

	private void handle(HandoffWorld world, Event event) {
		if (event instanceof Event.Tick) {
			this.lastTick = System.nanoTime();
		}
		List<Action> actions = handle(event);
		if (this.notices != null) {
			tell(this.notices, actions);
		}
		for (Action action : actions) {
			perform(world, action);
		}
	}

	private void tell(ServiceNotices notices, List<Action> actions) {
		try {
			notices.tell(this.machine, actions);
		}
		catch (RuntimeException | LinkageError ex) {
			logger.error("The service manager could not be told what happens", ex);
		}
	}

	/** A bug in one transition must not leave others waiting for what it did not do. */
	private List<Action> handle(Event event) {
		try {
			HandoffLogContext.set(this.machine.handoffId());
			List<Action> actions = this.machine.handle(event, System.nanoTime());
			if (this.machine.handoffId() != null) {
				// What ends a handoff is still about it
				HandoffLogContext.set(this.machine.handoffId());
			}
			return actions;
		}
		catch (RuntimeException | LinkageError ex) {
			logger.error("The handoff machine failed on " + event.getClass().getSimpleName(), ex);
			return this.machine.handle(new Event.ActionFailed(ex.toString()), System.nanoTime());
		}
	}

	/** The machine counts on all of its actions, so one that fails costs no other. */
	private static void perform(HandoffWorld world, Action action) {
		try {
			world.perform(action);
		}
		catch (RuntimeException | LinkageError | OutOfMemoryError ex) {
			// The JDK reports a thread that could not be started as lack of memory
			world.failed(action, ex);
		}
	}

	private Event next(HandoffWorld world) throws InterruptedException {
		if (!this.machine.hasDeadline() && world.links().isEmpty()) {
			Event event = this.events.take();
			this.lastTick = System.nanoTime();
			return event;
		}
		Event event = this.events.poll(TICK.toMillis(), TimeUnit.MILLISECONDS);
		world.links().listen(System.nanoTime());
		return (event != null) ? event : new Event.Tick();
	}

	private Snapshot look(Snapshot before) {
		Role role = this.machine.role();
		Stage stage = this.machine.stage();
		String running = this.machine.handoffId();
		ProcessId successor = this.machine.successor();
		Instant now = Instant.now();
		boolean sameStage = stage == before.stage() && Objects.equals(running, before.running());
		return new Snapshot(role, (role == before.role()) ? before.since() : now, stage,
				sameStage ? before.stageStarted() : now, this.machine.generation(), running, this.machine.trigger(),
				(successor != null) ? successor.pid() : null, this.machine.draining());
	}

	/**
	 * The machine's state after an event, for other threads.
	 *
	 * @param role the role
	 * @param since since when
	 * @param stage the stage
	 * @param stageStarted since when
	 * @param generation the generation
	 * @param running the id of the handoff that runs, or {@code null}
	 * @param trigger what started it, or {@code null}
	 * @param successorPid its successor, or {@code null}
	 * @param draining the older generations, the newest first
	 */
	record Snapshot(Role role, Instant since, Stage stage, Instant stageStarted, int generation,
			@Nullable String running, @Nullable HandoffTrigger trigger, @Nullable Long successorPid,
			List<HandoffStatus.Draining> draining) {

	}

}
