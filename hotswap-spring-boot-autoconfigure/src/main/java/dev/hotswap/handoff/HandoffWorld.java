package dev.hotswap.handoff;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import dev.hotswap.HandoffRecord;
import dev.hotswap.control.ControlPath;
import dev.hotswap.listener.OfferedListeners;
import dev.hotswap.process.ProcessId;
import dev.hotswap.process.ProcessLauncher;
import dev.hotswap.web.HandoffConnectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Does what the state machine wants done, and reports back with events. {@link #perform}
 * is called by the machine's thread and does not block it: what takes time runs on worker
 * threads.
 */
final class HandoffWorld {

	private static final Log logger = LogFactory.getLog(HandoffWorld.class);

	private final HandoffConnectors connectors;

	private final Consumer<Event> events;

	private final ControlLinks links;

	private final ControlPathOwner path;

	private final History history = new History();

	private final Requests requests = new Requests();

	private final CompletableFuture<Frame.@Nullable Offer> offer = new CompletableFuture<>();

	private final CountDownLatch stopped = new CountDownLatch(1);

	private final ExecutorService workers = Executors.newCachedThreadPool(new Threads("hotswap-worker-"));

	private final ScheduledExecutorService timer = Executors
		.newSingleThreadScheduledExecutor(new Threads("hotswap-drain-"));

	private final PredecessorWork predecessorWork;

	private final SuccessorWork successorWork;

	private final HandoffSettings settings;

	private final BiConsumer<Integer, @Nullable HandoffApplication> exit;

	private final ConnectionAdoption adoption;

	private final HandoffObservers observers;

	private volatile @Nullable Drain drain;

	private volatile boolean allServed = true;

	private volatile @Nullable HandoffApplication application;

	/**
	 * Create the world of a process.
	 * @param exit ends this process with a status, after closing the application if there
	 * is one
	 */
	HandoffWorld(HandoffSettings settings, HandoffConnectors connectors, ProcessLauncher launcher,
			BiConsumer<Integer, @Nullable HandoffApplication> exit, Consumer<Event> events) {
		this.exit = exit;
		this.settings = settings;
		this.connectors = connectors;
		this.events = events;
		this.links = new ControlLinks(events);
		this.path = new ControlPathOwner(new ControlPath(settings.controlSocket()), this.links);
		this.predecessorWork = new PredecessorWork(settings, connectors, this.links, this.history,
				new SuccessorLaunch(settings.additions(), settings.controlSocket(), launcher), this.path::makeReachable,
				events);
		this.successorWork = new SuccessorWork(connectors, events);
		this.adoption = new ConnectionAdoption(connectors);
		this.observers = new HandoffObservers(connectors);
	}

	ControlLinks links() {
		return this.links;
	}

	HandoffObservers observers() {
		return this.observers;
	}

	History history() {
		return this.history;
	}

	Requests requests() {
		return this.requests;
	}

	CompletableFuture<Frame.@Nullable Offer> offer() {
		return this.offer;
	}

	CountDownLatch stopped() {
		return this.stopped;
	}

	void claimPath() throws IOException {
		this.path.claim();
	}

	void attach(HandoffApplication application) {
		this.application = application;
		this.predecessorWork.attach(application);
		this.successorWork.attach(application);
		this.observers.attach(application);
	}

	OfferedListeners succeed(Frame.Offer offer) {
		this.history.inherit(offer.history());
		if (offer.origin() != null) {
			this.predecessorWork.launch().inherit(offer.origin());
		}
		logger.info("Handoff " + offer.handoffId() + ": succeeding pid " + offer.from().pid() + " (generation "
				+ offer.from().generation() + ") with " + offer.listeners());
		return this.successorWork.succeed(offer);
	}

	void perform(Action action) {
		if (action instanceof Action.Send send) {
			this.links.send(send.link(), FrameMessages.write(send.frame()));
		}
		else if (action instanceof Action.EndLink end) {
			this.links.end(end.link(), end.reason(), end.code(), end.text());
		}
		else if (action instanceof Action.Accept accept) {
			this.requests.accept(accept);
		}
		else if (action instanceof Action.Reject reject) {
			this.requests.reject(reject);
		}
		else if (action instanceof Action.Discard discard) {
			discard(discard.frame());
		}
		else if (action instanceof Action.Remember remember) {
			this.history.remember(remember.handoff());
			this.observers.tell(remember.handoff());
		}
		else if (action instanceof Action.StartWithOffer start) {
			this.offer.complete(start.offer());
		}
		else if (action instanceof Action.StartFresh) {
			this.offer.complete(null);
		}
		else if (action instanceof Action.Drain drain) {
			drain(drain.link());
		}
		else if (action instanceof Action.HastenDrain) {
			hastenDrain();
		}
		else if (action instanceof Action.Leave) {
			new FinalDrain(this.connectors, this.settings, this.timer, this::drained).start();
		}
		else if (action instanceof Action.NoteAnswer note && this.drain != null) {
			this.drain.answered(note.answer());
		}
		else if (action instanceof Action.Exit exit) {
			exit(exit);
		}
		else if (action instanceof Action.Stopped) {
			this.stopped.countDown();
		}
		else {
			execute(action);
		}
	}

	private void execute(Action action) {
		try {
			this.workers.execute(() -> work(action));
		}
		catch (RejectedExecutionException ex) {
			logger.debug("This process is over; left undone: " + action.getClass().getSimpleName(), ex);
			if (action instanceof Action.Adopt adopt) {
				discard(adopt.connections());
			}
		}
	}

	private void work(Action action) {
		try {
			doWork(action);
		}
		catch (RuntimeException | LinkageError ex) {
			// The machine waits for an answer, whatever it is
			logger.error("The handoff failed to " + action.getClass().getSimpleName(), ex);
			this.events.accept(new Event.ActionFailed(ex.toString()));
		}
	}

	private void doWork(Action action) {
		if (action instanceof Action.TakePath) {
			takePath();
		}
		else if (action instanceof Action.Adopt adopt) {
			this.links.send(adopt.link(), FrameMessages.write(this.adoption.adopt(adopt.connections())));
		}
		else if (action instanceof Action.SuccessorLost lost) {
			successorLost(lost.successor());
		}
		else if (!this.predecessorWork.perform(action) && !this.successorWork.perform(action)) {
			throw new IllegalStateException("Nobody does " + action);
		}
	}

	private void takePath() {
		String problem = null;
		try {
			this.path.take();
		}
		catch (IOException ex) {
			problem = ex.toString();
			logger.error("The control socket " + this.settings.controlSocket()
					+ " could not be taken; this process can start no further handoff", ex);
		}
		this.events.accept(new Event.PathTaken(problem));
	}

	private void drain(int link) {
		ConnectionTransfer transfer = (this.settings.transferConnections() && link != HandoffMachine.NO_LINK)
				? new ConnectionTransfer((frame) -> this.links.send(link, FrameMessages.write(frame))) : null;
		if (transfer != null) {
			this.connectors.all()
				.stream()
				.filter((connector) -> !connector.canTransfer())
				.forEach((connector) -> logger.info("Connector '" + connector.name()
						+ "' cannot transfer its connections (they are encrypted, or java.base does not open "
						+ "sun.nio.ch to this process); their end is announced instead"));
		}
		Drain drain = new Drain(this.connectors, transfer, this.settings.drainTimeout(), this.settings.drainSpread(),
				this.timer, this::drained);
		this.drain = drain;
		drain.start();
	}

	private void hastenDrain() {
		Drain drain = this.drain;
		if (drain != null) {
			drain.hasten(this.settings.stopTimeout());
		}
	}

	private void drained(HandoffRecord.Connections connections) {
		this.allServed = Drain.count(this.connectors) == 0;
		this.events.accept(new Event.DrainEnded(connections));
	}

	/**
	 * Whether no drain of this process has ended before all that it had accepted.
	 */
	boolean isAllServed() {
		return this.allServed;
	}

	private void successorLost(ProcessId successor) {
		Drain drain = this.drain;
		if (drain != null) {
			drain.successorLost();
			try {
				if (successor.awaitDeath(this.settings.drainTimeout())) {
					drain.successorDied();
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

	private void discard(Frame frame) {
		if (frame instanceof Frame.Connections connections) {
			connections.connections().forEach((moving) -> moving.connection().descriptor().close());
		}
		if (frame instanceof Frame.Offer offer) {
			offer.listeners().forEach((listener) -> listener.descriptor().close());
		}
	}

	private void exit(Action.Exit exit) {
		if (exit.code() != null
				&& this.offer.completeExceptionally(new HandoffFailedException(exit.code(), exit.message()))) {
			// The main thread waits; it reports the failure and exits with its status
			return;
		}
		if (exit.code() != null) {
			logger.error("This process cannot take over (" + exit.code() + "): " + exit.message());
		}
		this.exit.accept((exit.code() != null) ? exit.code().exitStatus() : 0, this.application);
	}

	/**
	 * Let go of the control path and of all threads. What was said last is still written.
	 */
	void close() {
		this.path.close();
		this.workers.shutdown();
		this.observers.close();
		this.timer.shutdownNow();
	}

}
