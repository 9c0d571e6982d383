package dev.hotswap.handoff;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffStatus;
import dev.hotswap.control.ControlPath;
import dev.hotswap.listener.KeptListeners;
import dev.hotswap.listener.OfferedListeners;
import dev.hotswap.process.GentleStart;
import dev.hotswap.process.ProcessLauncher;
import dev.hotswap.web.Census;
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

	/** What no handoff waits for. */
	private static final Set<Class<?>> SIDELINES = Set.of(Action.Adopt.class, Action.TellHeld.class,
			Action.Rejoin.class, Action.BecomeActive.class, Action.Proven.class, Action.Discard.class,
			Action.Remember.class, Action.NoteAnswer.class, Action.RampDown.class);

	/**
	 * What is done to the files of the deployment, in the order in which it was decided:
	 * where no release is named, the one to launch is that which has just been proven.
	 */
	private static final Set<Class<?>> ON_FILES = Set.of(Action.Verify.class, Action.BecomeActive.class,
			Action.Proven.class);

	/** What may be asked for answers that a live process owes. */
	private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(2);

	private static final Log logger = LogFactory.getLog(HandoffWorld.class);

	private final HandoffConnectors connectors;

	private final Consumer<Event> events;

	private final KeptListeners kept = KeptListeners.of(System.getenv());

	private final ControlLinks links;

	private final OperatorLinks operators;

	private final ControlPathOwner path;

	private final History history = new History();

	private final HandoffCounts counts;

	private final Requests requests = new Requests();

	private final CompletableFuture<Frame.@Nullable Offer> offer = new CompletableFuture<>();

	private final CountDownLatch stopped = new CountDownLatch(1);

	private final ExecutorService workers = Executors.newCachedThreadPool(new Threads("hotswap-worker-"));

	private final ScheduledExecutorService timer = Executors
		.newSingleThreadScheduledExecutor(new Threads("hotswap-drain-"));

	private final AcceptRamp ramp;

	private final PredecessorWork predecessorWork;

	private final SuccessorWork successorWork;

	private final PeerFate peerFate;

	private final Rejoining rejoining;

	private final Deployment deployment;

	private final HandoffSettings settings;

	private final BiConsumer<Integer, @Nullable HandoffApplication> exit;

	private final ConnectionAdoption adoption;

	private final HandoffObservers observers;

	/** Completes when all that was to be done to files has been. */
	private CompletableFuture<?> filesDone = CompletableFuture.completedFuture(null);

	private volatile @Nullable Drain drain;

	/** Those that were called when the ramp began, until the drain has them. */
	private volatile @Nullable DrainParticipants ramping;

	private volatile boolean allServed = true;

	private volatile @Nullable HandoffApplication application;

	/**
	 * Create the world of a process.
	 * @param deployment told which process is the active one
	 * @param gentleStart ends before this process serves
	 * @param exit ends this process with a status, after closing the application if there
	 * is one
	 */
	HandoffWorld(HandoffSettings settings, HandoffConnectors connectors, ProcessLauncher launcher,
			Deployment deployment, GentleStart gentleStart, BiConsumer<Integer, @Nullable HandoffApplication> exit,
			Consumer<Event> events) {
		this.exit = exit;
		this.settings = settings;
		this.connectors = connectors;
		this.events = events;
		this.links = new ControlLinks(events);
		ControlPath path = new ControlPath(settings.controlSocket());
		this.operators = new OperatorLinks(this.links, this.requests, events);
		this.path = new ControlPathOwner(path, this.operators);
		this.deployment = deployment;
		this.adoption = new ConnectionAdoption(connectors);
		this.counts = new HandoffCounts(this.history, connectors, this.adoption);
		this.predecessorWork = new PredecessorWork(settings, connectors, this.links, this.history, this.counts,
				new SuccessorLaunch(settings.additions(), settings.controlSocket(), launcher, this.kept), deployment,
				this.path::makeReachable, events);
		this.peerFate = new PeerFate(this.predecessorWork::awaitExit, events);
		this.rejoining = new Rejoining(path, this.links, events);
		this.ramp = new AcceptRamp(connectors, this.timer);
		this.successorWork = new SuccessorWork(connectors, this.ramp, gentleStart,
				() -> this.predecessorWork.rehearse(Runnable::run), events);
		this.observers = new HandoffObservers(connectors, deployment.revision());
	}

	ControlLinks links() {
		return this.links;
	}

	OperatorLinks operators() {
		return this.operators;
	}

	HandoffObservers observers() {
		return this.observers;
	}

	KeptListeners kept() {
		return this.kept;
	}

	History history() {
		return this.history;
	}

	HandoffCounts counts() {
		return this.counts;
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

	/**
	 * Go through what this process will do as a predecessor, on a thread of its own.
	 */
	void rehearse() {
		this.predecessorWork.rehearse(this.workers);
	}

	/**
	 * Prepare for the launch of a successor, on a thread of its own.
	 */
	void prepareLaunch() {
		this.predecessorWork.prepareLaunch(this.workers);
	}

	OfferedListeners succeed(Frame.Offer offer) {
		this.counts.inherit(offer.history(), offer.past());
		if (offer.origin() != null) {
			this.predecessorWork.launch().inherit(offer.origin());
		}
		HandoffLogContext
			.about(offer.handoffId(),
					() -> logger.info("Handoff " + offer.handoffId() + ": succeeding pid " + offer.from().pid()
							+ " (generation " + offer.from().generation() + ") with " + offer.listeners()))
			.run();
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
			this.operators.tell(remember.handoff());
		}
		else if (action instanceof Action.StartWithOffer start) {
			this.offer.complete(start.offer());
		}
		else if (action instanceof Action.StartFresh) {
			this.offer.complete(null);
		}
		else if (action instanceof Action.Inherit inherit) {
			this.history.learn(inherit.history());
		}
		else if (action instanceof Action.SendRevert revert) {
			this.links.send(revert.link(), FrameMessages.write(new Frame.Revert(this.history.records())));
		}
		else if (action instanceof Action.Leave) {
			new FinalDrain(this.connectors, this.adoption, this.settings, this.kept, this.timer, this::drained).start();
		}
		else if (action instanceof Action.RampDown down) {
			rampDown(down.over());
		}
		else if (action instanceof Action.Drain drain) {
			drain(drain.link());
		}
		else if (action instanceof Action.Exit exit) {
			exit(exit);
		}
		else if (action instanceof Action.Stopped) {
			this.stopped.countDown();
		}
		else if (action instanceof Action.Adopt adopt && !this.adoption.begin()) {
			this.links.send(adopt.link(), FrameMessages.write(this.adoption.giveBack(adopt.connections())));
		}
		else if (!performOnDrain(action)) {
			execute(action);
		}
	}

	/** What concerns the drain that runs, or ran last. */
	private boolean performOnDrain(Action action) {
		Drain drain = this.drain;
		if (action instanceof Action.HastenDrain hasten) {
			Duration timeout = hasten.atOnce() ? Duration.ZERO : this.settings.stopTimeout();
			ifPresent(drain, (each) -> each.hasten(timeout));
		}
		else if (action instanceof Action.NoteAnswer note) {
			ifPresent(drain, (each) -> each.answered(note.answer()));
		}
		else if (action instanceof Action.SuccessorLost lost) {
			ifPresent(drain, (each) -> each.successorLost(lost.dead()));
		}
		else if (action instanceof Action.MoveOver over) {
			ifPresent(drain, (each) -> each.moveOver((frame) -> send(over.link(), frame)));
		}
		else {
			return false;
		}
		return true;
	}

	private static void ifPresent(@Nullable Drain drain, Consumer<Drain> what) {
		if (drain != null) {
			what.accept(drain);
		}
	}

	private void execute(Action action) {
		Runnable work = HandoffLogContext.carry(() -> work(action));
		if (ON_FILES.contains(action.getClass())) {
			this.filesDone = this.filesDone.handleAsync((done, failure) -> {
				work.run();
				return null;
			}, this.workers);
			return;
		}
		try {
			this.workers.execute(work);
		}
		catch (RejectedExecutionException ex) {
			logger.debug("This process is over; left undone: " + action.getClass().getSimpleName(), ex);
			giveBack(action);
		}
		catch (OutOfMemoryError ex) {
			giveBack(action);
			failed(action, ex);
		}
	}

	private void giveBack(Action action) {
		if (action instanceof Action.Adopt adopt) {
			this.adoption.done();
			this.links.send(adopt.link(), FrameMessages.write(this.adoption.giveBack(adopt.connections())));
		}
	}

	private void work(Action action) {
		try {
			doWork(action);
		}
		catch (RuntimeException | LinkageError | OutOfMemoryError ex) {
			// The JDK reports a thread that could not be started as lack of memory
			failed(action, ex);
		}
	}

	/**
	 * An action has failed in a way that nobody foresaw. Where the machine waits for an
	 * answer, it gets one.
	 */
	void failed(Action action, Throwable problem) {
		logger.error("The handoff failed to " + action.getClass().getSimpleName(), problem);
		if (action instanceof Action.CheckPeer check) {
			this.events.accept(new Event.PeerChecked(check.process(), false, false));
		}
		else if (action instanceof Action.FencePeer fence) {
			this.events.accept(new Event.PeerChecked(fence.process(), false, true));
		}
		else if (!SIDELINES.contains(action.getClass())) {
			this.events.accept(new Event.ActionFailed(problem.toString()));
		}
	}

	private void doWork(Action action) {
		if (action instanceof Action.StopAccepting || action instanceof Action.Proven) {
			// It leaves all to its successor, or there is nobody to leave any to
			this.ramp.end();
		}
		if (action instanceof Action.TakePath) {
			takePath();
		}
		else if (action instanceof Action.Adopt adopt) {
			adopt(adopt);
		}
		else if (action instanceof Action.Reopen reopen) {
			reopen(reopen.successorDead());
		}
		else if (action instanceof Action.Rejoin rejoin) {
			rejoin(rejoin);
		}
		else if (action instanceof Action.TellHeld tell) {
			tellHeld(tell);
		}
		else if (action instanceof Action.BecomeActive || action instanceof Action.Proven) {
			tellDeployment(action);
		}
		else if (!this.predecessorWork.perform(action) && !this.successorWork.perform(action)
				&& !this.peerFate.perform(action)) {
			throw new IllegalStateException("Nobody does " + action);
		}
	}

	private void adopt(Action.Adopt adopt) {
		try {
			send(adopt.link(), this.adoption.adopt(adopt.connections()));
		}
		finally {
			this.adoption.done();
		}
	}

	private boolean send(int link, Frame frame) {
		return this.links.send(link, FrameMessages.write(frame));
	}

	private void reopen(boolean successorDead) {
		Drain drain = this.drain;
		DrainParticipants ramping = this.ramping;
		this.ramping = null;
		if (ramping != null) {
			ramping.resume();
		}
		else if (drain != null && !isDone(drain.cancel(successorDead))) {
			drain.successorLost(false);
		}
		this.adoption.reopen();
		this.ramp.end();
		this.connectors.openGates();
		this.events.accept(new Event.GatesOpened());
	}

	private void rejoin(Action.Rejoin rejoin) {
		Drain drain = this.drain;
		if (drain != null && !isDone(drain.settle())) {
			drain.successorLost(rejoin.former().isDead());
		}
		this.rejoining.rejoin(rejoin.formerLink(),
				() -> this.workers.isShutdown() || (drain != null && drain.isOver()));
	}

	private static boolean isDone(CompletableFuture<?> settled) {
		try {
			settled.get(SETTLE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
			return true;
		}
		catch (ExecutionException | TimeoutException ex) {
			return false;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	private void tellHeld(Action.TellHeld tell) {
		Census census = this.connectors.census();
		send(tell.link(),
				new Frame.Draining(this.settings.application(), tell.handoffId(), tell.generation(), tell.role(),
						new HandoffStatus.Held(census.fresh(), census.active(), census.idle()),
						tell.left().toMillis()));
	}

	private void tellDeployment(Action action) {
		try {
			if (action instanceof Action.BecomeActive) {
				this.deployment.becameActive();
			}
			else {
				this.deployment.proven();
				prepareLaunch();
			}
		}
		catch (IOException ex) {
			logger.error("A file that names the active process or release could not be written", ex);
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

	/** What the application has to finish does not wait until the drain begins. */
	private void rampDown(Duration over) {
		DrainParticipants participants = participants();
		this.drain = null;
		this.ramping = participants;
		participants.start(over.plus(this.settings.drainTimeout()));
		this.ramp.fall(over);
	}

	private void drain(int link) {
		ConnectionTransfer transfer = this.settings.transferConnections()
				? new ConnectionTransfer((frame) -> send(link, frame)) : null;
		this.counts.moving(transfer);
		if (transfer != null && link == HandoffMachine.NO_LINK) {
			transfer.stop();
		}
		if (transfer != null) {
			this.connectors.all()
				.stream()
				.filter((connector) -> !connector.canTransfer())
				.forEach((connector) -> logger.info("Connector '" + connector.name()
						+ "' cannot transfer its connections (they are encrypted, or java.base does not open "
						+ "sun.nio.ch to this process); their end is announced instead"));
		}
		DrainParticipants ramping = this.ramping;
		Drain drain = new Drain(this.connectors, this.adoption, transfer, (ramping != null) ? ramping : participants(),
				this.settings.drainTimeout(), this.settings.drainSpread(), this.timer, this::drained);
		this.drain = drain;
		this.ramping = null;
		drain.start();
	}

	private DrainParticipants participants() {
		HandoffApplication application = this.application;
		try {
			return (application != null) ? new DrainParticipants(application.drainParticipants())
					: DrainParticipants.none();
		}
		catch (RuntimeException ex) {
			logger.error("The drain participants could not be found", ex);
			return DrainParticipants.none();
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
		this.predecessorWork.launch().stopPreparing();
		this.workers.shutdown();
		this.observers.close();
		this.timer.shutdownNow();
	}

}
