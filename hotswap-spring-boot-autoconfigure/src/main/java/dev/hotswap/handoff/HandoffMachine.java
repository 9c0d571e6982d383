package dev.hotswap.handoff;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Role;
import dev.hotswap.Stage;
import dev.hotswap.control.ByeReason;
import dev.hotswap.process.ProcessId;
import org.jspecify.annotations.Nullable;

/**
 * The state machine of both sides of a handoff: an event and the time go in, actions come
 * out. It does nothing to the world and knows nothing of threads, so two or three of them
 * can be run against each other in one thread. Every transition stands in {@link #TABLE}.
 * <p>
 * A process is first a successor (or succeeds nobody), then active, then a predecessor,
 * so one machine accompanies it from its start to its end. One thread at a time.
 */
final class HandoffMachine {

	static final int PROTOCOL_VERSION = 1;

	/** The successor's first answer is due; a plain connect and two frames. */
	static final Duration HELLO_TIMEOUT = Duration.ofSeconds(10);

	/** What may pass between two signs of life of a predecessor that makes us wait. */
	static final Duration WAIT_TIMEOUT = Duration.ofSeconds(75);

	/** Prechecks, and the verification of a release, each. */
	static final Duration CHECK_TIMEOUT = Duration.ofSeconds(60);

	static final Duration CUTOVER_TIMEOUT = Duration.ofSeconds(10);

	/** Progress extends the ready-timeout to this multiple of it at most. */
	static final int READY_TIMEOUT_CAP = 3;

	/** A longer pause between two events means that this process was stopped itself. */
	static final Duration CLOCK_JUMP = Duration.ofSeconds(2);

	/** Of a successor that has gone already. */
	static final int NO_LINK = -1;

	private static final Duration GRACE = Duration.ofSeconds(3);

	private static final Map<Phase, Map<Class<?>, BiConsumer<HandoffMachine, ?>>> TABLE = new EnumMap<>(Phase.class);

	static {
		// The successor, in the order in which it happens
		on(Event.PredecessorFound.class, HandoffMachine::sayHello, Phase.BOOTING);
		onFrame(Frame.Progress.class, HandoffMachine::keepWaiting, Phase.HELLO_SENT);
		onFrame(Frame.Offer.class, HandoffMachine::startWithOffer, Phase.HELLO_SENT);
		on(Event.ApplicationProgressed.class, (machine, progressed) -> machine.tellProgress(), Phase.STARTING);
		on(Event.ApplicationReady.class, HandoffMachine::warmUp, Phase.STARTING);
		on(Event.WarmedUp.class, HandoffMachine::checkHealth, Phase.WARMING_UP);
		on(Event.HealthChecked.class, HandoffMachine::reportReady, Phase.CHECKING_HEALTH);
		onFrame(Frame.Cutover.class, (machine, cutover) -> machine.takePath(), Phase.READY);
		on(Event.PathTaken.class, HandoffMachine::openGates, Phase.TAKING_PATH);
		on(Event.GatesOpened.class, (machine, opened) -> machine.serve(), Phase.OPENING_GATES);
		// ... and its ways out
		onFrame(Frame.Bye.class, HandoffMachine::obeyPredecessor, Phase.HELLO_SENT, Phase.STARTING, Phase.WARMING_UP,
				Phase.CHECKING_HEALTH, Phase.READY, Phase.TAKING_PATH, Phase.OPENING_GATES);
		on(Event.ApplicationFailed.class, HandoffMachine::giveUpFailed, Phase.HELLO_SENT, Phase.STARTING,
				Phase.WARMING_UP, Phase.CHECKING_HEALTH, Phase.READY, Phase.TAKING_PATH, Phase.OPENING_GATES);
		on(Event.PredecessorChecked.class, HandoffMachine::startFreshOrGiveUp, Phase.HELLO_SENT);
		on(Event.PredecessorChecked.class, HandoffMachine::inheritOrGiveUp, Phase.STARTING, Phase.WARMING_UP,
				Phase.CHECKING_HEALTH, Phase.READY, Phase.TAKING_PATH, Phase.OPENING_GATES);

		// A process that succeeds nobody
		on(Event.ApplicationReady.class, (machine, ready) -> machine.enter(Phase.IDLE), Phase.BOOTING);
		on(Event.ApplicationFailed.class, (machine, failed) -> machine.enter(Phase.ENDING), Phase.BOOTING);

		// The predecessor, in the order in which it happens
		on(Event.Triggered.class, HandoffMachine::begin, Phase.IDLE);
		onFrame(Frame.Hello.class, HandoffMachine::beginTakeover, Phase.IDLE);
		on(Event.PrechecksDone.class, HandoffMachine::verify, Phase.PRECHECKING);
		on(Event.Verified.class, HandoffMachine::launchOrOffer, Phase.VERIFYING);
		on(Event.Launched.class, HandoffMachine::noteLaunched, Phase.LAUNCHING, Phase.SUCCESSOR_STARTING);
		onFrame(Frame.Hello.class, HandoffMachine::offerToLaunched, Phase.LAUNCHING);
		onFrame(Frame.Progress.class, HandoffMachine::noteProgress, Phase.SUCCESSOR_STARTING);
		onFrame(Frame.Ready.class, (machine, ready) -> machine.cutOver(), Phase.SUCCESSOR_STARTING);
		onFrame(Frame.Serving.class, (machine, serving) -> machine.stopAccepting(), Phase.CUTTING_OVER);
		on(Event.AcceptingStopped.class, (machine, stopped) -> machine.drain(), Phase.STOPPING_ACCEPT);
		onFrame(Frame.Answered.class, HandoffMachine::noteAnswer, Phase.DRAINING);
		on(Event.DrainEnded.class, HandoffMachine::end, Phase.DRAINING);
		// ... or without a successor
		on(Event.DrainEnded.class, (machine, ended) -> machine.stopped(), Phase.LEAVING);
		// ... and its ways out
		on(Event.LaunchFailed.class, HandoffMachine::failLaunch, Phase.LAUNCHING);
		on(Event.OfferFailed.class, HandoffMachine::failOffer, Phase.SUCCESSOR_STARTING);
		on(Event.SuccessorExited.class, HandoffMachine::failExited, Phase.LAUNCHING, Phase.SUCCESSOR_STARTING,
				Phase.CUTTING_OVER);
		onFrame(Frame.Bye.class, HandoffMachine::failBye, Phase.PRECHECKING, Phase.VERIFYING, Phase.SUCCESSOR_STARTING,
				Phase.CUTTING_OVER);
		on(Event.Launched.class, HandoffMachine::fenceLateLaunch, Phase.FENCING);
		on(Event.LaunchFailed.class, (machine, failed) -> machine.afterFence(), Phase.FENCING);
		on(Event.Fenced.class, HandoffMachine::noteFenced, Phase.FENCING);
		on(Event.PathTaken.class, (machine, taken) -> machine.conclude(), Phase.RECLAIMING);
	}

	private final HandoffRecord.Party self;

	private final String application;

	private final Duration readyTimeout;

	private final Supplier<String> ids;

	private final List<Action> actions = new ArrayList<>();

	private Phase phase = Phase.BOOTING;

	private int generation = 1;

	private long now;

	private long deadline = Long.MAX_VALUE;

	private long deadlineCap = Long.MAX_VALUE;

	private @Nullable Attempt attempt;

	// As a successor; the link stays until the predecessor has drained
	private @Nullable Peer predecessor;

	private boolean predecessorDead;

	private boolean served;

	// As a predecessor
	private @Nullable Peer successor;

	private @Nullable ProcessId launched;

	private boolean launching;

	private boolean cutoverSent;

	private boolean silent;

	private Duration grace = Duration.ZERO;

	private boolean stopping;

	/**
	 * Create the machine of a process that starts.
	 * @param application who this is
	 * @param pid the process id
	 * @param release the release, or {@code null}
	 * @param readyTimeout from LAUNCH to READY
	 * @param ids where ids of handoffs come from
	 * @param now the time in nanoseconds, of any origin
	 */
	HandoffMachine(String application, long pid, @Nullable String release, Duration readyTimeout, Supplier<String> ids,
			long now) {
		this.application = application;
		this.self = new HandoffRecord.Party(pid, 0, release);
		this.readyTimeout = readyTimeout;
		this.ids = ids;
		this.now = now;
	}

	Phase phase() {
		return this.phase;
	}

	Role role() {
		return this.phase.role();
	}

	Stage stage() {
		return (this.attempt != null) ? this.attempt.stage() : this.phase.stage();
	}

	int generation() {
		return this.generation;
	}

	@Nullable String handoffId() {
		return (this.attempt != null) ? this.attempt.id() : null;
	}

	@Nullable ProcessId successor() {
		return (this.successor != null) ? this.successor.process() : this.launched;
	}

	/**
	 * The generation that this process has succeeded and that still drains.
	 */
	@Nullable ProcessId draining() {
		return (this.served && this.predecessor != null) ? this.predecessor.process() : null;
	}

	/**
	 * Whether time matters now: without a deadline nobody needs to tell it.
	 */
	boolean hasDeadline() {
		return this.deadline != Long.MAX_VALUE;
	}

	/**
	 * Handle one event.
	 * @param event what happened
	 * @param now the time in nanoseconds, not before that of the event before
	 * @return what to do, in order
	 */
	List<Action> handle(Event event, long now) {
		restartDeadlinesAfterPause(now);
		this.now = now;
		if (event instanceof Event.Tick) {
			checkDeadline();
		}
		else if (event instanceof Event.Received received) {
			receive(received);
		}
		else if (event instanceof Event.LinkEnded ended) {
			linkEnded(ended);
		}
		else if (event instanceof Event.LinkSilent silent) {
			linkSilent(silent);
		}
		else if (event instanceof Event.ActionFailed failed) {
			actionFailed(failed);
		}
		else if (event instanceof Event.AbortRequested abort) {
			abort(abort);
		}
		else if (event instanceof Event.StopRequested) {
			stop();
		}
		else if (!step(event.getClass(), event) && event instanceof Event.Triggered triggered) {
			this.actions.add(new Action.Reject(triggered.request(), handoffId(), stage(), whyNotNow()));
		}
		List<Action> result = List.copyOf(this.actions);
		this.actions.clear();
		return result;
	}

	// Dispatch

	private <E> boolean step(Class<?> what, E event) {
		@SuppressWarnings("unchecked") // on(...) pairs a class with a step that takes it
		BiConsumer<HandoffMachine, E> step = (BiConsumer<HandoffMachine, E>) TABLE.getOrDefault(this.phase, Map.of())
			.get(what);
		if (step == null) {
			return false;
		}
		step.accept(this, event);
		return true;
	}

	private void receive(Event.Received received) {
		Peer sender = new Peer(received.link(), received.sender());
		boolean known = sender.equals(this.predecessor) || sender.equals(this.successor);
		if (sender.equals(this.predecessor) && this.served) {
			hearFromOlder(received.link(), received.frame());
		}
		else if (received.frame() instanceof Frame.Hello && !known) {
			if (!step(Frame.Hello.class, received)) {
				refuse(received.link(), FailureCode.BUSY, whyNotNow());
			}
		}
		else if (!known || !step(received.frame().getClass(), received)) {
			outOfOrder(received, known);
		}
	}

	private void outOfOrder(Event.Received received, boolean known) {
		this.actions.add(new Action.Discard(received.frame()));
		if (received.frame() instanceof Frame.Bye || this.phase == Phase.ENDING || this.phase == Phase.LEAVING
				|| this.phase == Phase.FENCING || this.phase == Phase.RECLAIMING) {
			return;
		}
		String problem = received.frame().getClass().getSimpleName() + " is out of order in " + this.phase;
		this.actions.add(new Action.EndLink(received.link(), ByeReason.PROTOCOL, FailureCode.PROTOCOL, problem));
		if (known) {
			linkEnded(new Event.LinkEnded(received.link(), problem));
		}
	}

	private static <E extends Event> void on(Class<E> what, BiConsumer<HandoffMachine, E> step, Phase... in) {
		for (Phase phase : in) {
			TABLE.computeIfAbsent(phase, (key) -> new HashMap<>()).put(what, step);
		}
	}

	private static <F extends Frame> void onFrame(Class<F> what, BiConsumer<HandoffMachine, Event.Received> step,
			Phase... in) {
		for (Phase phase : in) {
			TABLE.computeIfAbsent(phase, (key) -> new HashMap<>()).put(what, step);
		}
	}

	// The successor

	private void sayHello(Event.PredecessorFound found) {
		this.predecessor = new Peer(found.link(), found.predecessor());
		enter(Phase.HELLO_SENT);
		setDeadline(HELLO_TIMEOUT);
		send(this.predecessor,
				new Frame.Hello(PROTOCOL_VERSION, this.application, found.handoffId(), this.self.release()));
	}

	private void keepWaiting(Event.Received progress) {
		setDeadline(WAIT_TIMEOUT);
	}

	private void startWithOffer(Event.Received received) {
		Frame.Offer offer = (Frame.Offer) received.frame();
		if (offer.version() != PROTOCOL_VERSION) {
			this.actions.add(new Action.Discard(offer));
			giveUp(FailureCode.PROTOCOL, "The predecessor wants to speak version " + offer.version()
					+ " of the control protocol; this release speaks " + PROTOCOL_VERSION + ".");
			return;
		}
		this.generation = offer.from().generation() + 1;
		this.attempt = new Attempt(offer.handoffId(), offer.trigger(), received.at(), offer.from());
		this.attempt.successor(this.self.pid(), this.generation, this.self.release());
		enter(Phase.STARTING);
		this.actions.add(new Action.StartWithOffer(offer));
	}

	private void tellProgress() {
		send(this.predecessor, new Frame.Progress(this.phase.stage()));
	}

	private void warmUp(Event.ApplicationReady ready) {
		if (this.predecessorDead) {
			takePath();
			return;
		}
		enterAndTell(Phase.WARMING_UP);
		this.actions.add(new Action.WarmUp());
	}

	private void checkHealth(Event.WarmedUp warmedUp) {
		enterAndTell(Phase.CHECKING_HEALTH);
		this.actions.add(new Action.CheckHealth());
	}

	private void reportReady(Event.HealthChecked checked) {
		if (checked.problem() != null) {
			giveUp(FailureCode.UNHEALTHY, checked.problem());
			return;
		}
		enter(Phase.READY);
		setDeadline(WAIT_TIMEOUT);
		send(this.predecessor, new Frame.Ready());
	}

	private void takePath() {
		enter(Phase.TAKING_PATH);
		this.actions.add(new Action.TakePath());
	}

	private void openGates(Event.PathTaken taken) {
		if (taken.problem() != null && !this.predecessorDead) {
			giveUp(FailureCode.REFUSED, "The control socket could not be taken: " + taken.problem());
			return;
		}
		enter(Phase.OPENING_GATES);
		this.actions.add(new Action.OpenGates());
	}

	private void serve() {
		send(this.predecessor, new Frame.Serving());
		this.served = true;
		remember(null);
		if (this.predecessorDead) {
			this.predecessor = null;
		}
		this.attempt = null;
		enter(Phase.IDLE);
	}

	/**
	 * After SERVING the older generation passes on connections, and tells how its drain
	 * went.
	 */
	private void hearFromOlder(int link, Frame frame) {
		boolean exiting = this.phase == Phase.DRAINED || this.phase == Phase.ENDING;
		if (frame instanceof Frame.Connections connections && exiting) {
			// They would end with this process: the older generation keeps them
			List<Long> returned = connections.connections().stream().map(MovingConnection::id).toList();
			this.actions.add(new Action.Discard(connections));
			this.actions.add(new Action.Send(link, new Frame.Answered(List.of(), returned)));
		}
		else if (frame instanceof Frame.Connections connections) {
			this.actions.add(new Action.Adopt(link, connections));
		}
		else if (frame instanceof Frame.Drained drained) {
			this.actions.add(new Action.Remember(drained.story()));
		}
		else {
			this.actions.add(new Action.Discard(frame));
		}
	}

	// Its ways out

	private void obeyPredecessor(Event.Received received) {
		Frame.Bye bye = (Frame.Bye) received.frame();
		FailureCode code = (bye.code() != null) ? bye.code() : FailureCode.ABORTED;
		this.predecessor = null;
		giveUp(code, (bye.text() != null) ? bye.text() : "The predecessor ended the handoff.");
	}

	private void giveUpFailed(Event.ApplicationFailed failed) {
		FailureCode code = (failed.code() != null) ? failed.code() : FailureCode.SUCCESSOR_EXITED;
		endLink(this.predecessor, ByeReason.ABORTED, code, failed.message());
		enter(Phase.ENDING);
		if (failed.code() != null) {
			this.actions.add(new Action.Exit(failed.code(), failed.message()));
		}
	}

	private void startFreshOrGiveUp(Event.PredecessorChecked checked) {
		this.predecessor = null;
		if (checked.dead()) {
			enter(Phase.BOOTING);
			this.actions.add(new Action.StartFresh());
		}
		else {
			giveUp(FailureCode.PREDECESSOR_UNREACHABLE,
					"The predecessor lives, but its connection ended before it offered its listeners.");
		}
	}

	private void inheritOrGiveUp(Event.PredecessorChecked checked) {
		if (!checked.dead()) {
			this.predecessor = null;
			giveUp(FailureCode.PREDECESSOR_UNREACHABLE,
					"The connection to the predecessor ended although it lives. It serves on.");
			return;
		}
		this.predecessorDead = true;
		if (this.phase == Phase.WARMING_UP || this.phase == Phase.CHECKING_HEALTH || this.phase == Phase.READY) {
			takePath();
		}
	}

	private void giveUp(FailureCode code, String message) {
		endLink(this.predecessor, ByeReason.ABORTED, code, message);
		enter(Phase.ENDING);
		this.actions.add(new Action.Exit(code, message));
	}

	// The predecessor

	private void begin(Event.Triggered triggered) {
		startAttempt(triggered.trigger(), triggered.at());
		this.actions.add(new Action.Accept(triggered.request(), attempt().id()));
		precheck();
	}

	private void beginTakeover(Event.Received received) {
		Frame.Hello hello = (Frame.Hello) received.frame();
		if (hello.handoffId() != null) {
			refuse(received.link(), FailureCode.ABORTED,
					"The handoff " + hello.handoffId() + " that launched this process is over.");
		}
		else if (accepts(received.link(), hello)) {
			startAttempt(HandoffTrigger.TAKEOVER, received.at());
			meetSuccessor(received, hello);
			precheck();
		}
	}

	private void startAttempt(HandoffTrigger trigger, Instant at) {
		this.launched = null;
		this.successor = null;
		this.cutoverSent = false;
		this.attempt = new Attempt(this.ids.get(), trigger, at,
				new HandoffRecord.Party(this.self.pid(), this.generation, this.self.release()));
	}

	private void precheck() {
		enterAndTell(Phase.PRECHECKING);
		setDeadline(CHECK_TIMEOUT);
		this.actions.add(new Action.RunPrechecks(attempt().id()));
	}

	private void verify(Event.PrechecksDone done) {
		if (!attempt().id().equals(done.handoffId())) {
			return;
		}
		if (done.refusal() != null) {
			fail(FailureCode.REFUSED, done.refusal());
			return;
		}
		enterAndTell(Phase.VERIFYING);
		setDeadline(CHECK_TIMEOUT);
		this.actions.add(new Action.Verify(attempt().id()));
	}

	private void launchOrOffer(Event.Verified verified) {
		if (!attempt().id().equals(verified.handoffId())) {
			return;
		}
		if (verified.problem() != null) {
			fail(FailureCode.VERIFY, verified.problem());
			return;
		}
		this.deadlineCap = this.now + this.readyTimeout.multipliedBy(READY_TIMEOUT_CAP).toNanos();
		if (this.successor != null) {
			offer(false);
			return;
		}
		enter(Phase.LAUNCHING);
		extendDeadline();
		this.launching = true;
		this.actions.add(new Action.Launch(attempt().id()));
	}

	private void noteLaunched(Event.Launched launched) {
		this.launching = false;
		this.launched = launched.process();
		if (this.successor == null) {
			attempt().successor(launched.process().pid(), this.generation + 1, this.self.release());
		}
	}

	private void offerToLaunched(Event.Received received) {
		Frame.Hello hello = (Frame.Hello) received.frame();
		if (!attempt().id().equals(hello.handoffId())) {
			refuse(received.link(), FailureCode.BUSY, whyNotNow());
		}
		else if (accepts(received.link(), hello)) {
			meetSuccessor(received, hello);
			offer(true);
		}
		else {
			fail(FailureCode.OTHER_APPLICATION, "The launched process is another application or release: \""
					+ hello.application() + "\", protocol version " + hello.version() + ".");
		}
	}

	private void meetSuccessor(Event.Received received, Frame.Hello hello) {
		this.successor = new Peer(received.link(), received.sender());
		attempt().successor(received.sender().pid(), this.generation + 1, hello.release());
	}

	private void offer(boolean launched) {
		enter(Phase.SUCCESSOR_STARTING);
		extendDeadline();
		Peer successor = this.successor;
		if (successor != null) {
			this.actions.add(attempt().offer(successor.link(), launched));
		}
	}

	private void noteProgress(Event.Received received) {
		Stage reached = ((Frame.Progress) received.frame()).stage();
		if (reached.compareTo(attempt().stage()) > 0 && reached.compareTo(Stage.HEALTH_CHECK) <= 0) {
			attempt().enter(reached, this.now);
		}
		extendDeadline();
	}

	private void cutOver() {
		enter(Phase.CUTTING_OVER);
		setDeadline(CUTOVER_TIMEOUT);
		this.cutoverSent = true;
		send(this.successor, new Frame.Cutover());
	}

	private void stopAccepting() {
		enter(Phase.STOPPING_ACCEPT);
		this.actions.add(new Action.StopAccepting());
	}

	private void drain() {
		enter(Phase.DRAINING);
		Peer successor = this.successor;
		this.actions.add(new Action.Drain((successor != null) ? successor.link() : NO_LINK));
		if (this.stopping) {
			this.actions.add(new Action.HastenDrain());
		}
	}

	private void noteAnswer(Event.Received received) {
		this.actions.add(new Action.NoteAnswer((Frame.Answered) received.frame()));
	}

	private void end(Event.DrainEnded ended) {
		HandoffRecord story = remember(ended.connections());
		send(this.successor, new Frame.Drained(story));
		endLink(this.successor, ByeReason.RELEASED, null, "drained");
		enter(Phase.DRAINED);
		if (this.stopping) {
			this.actions.add(new Action.Stopped());
			return;
		}
		this.actions.add(new Action.Exit(null, "handed over to pid " + ((story.to() != null) ? story.to().pid() : "?")
				+ " and drained (" + ended.connections() + ")"));
	}

	// Its ways out: the predecessor serves on

	private void failLaunch(Event.LaunchFailed failed) {
		this.launching = false;
		fail(FailureCode.LAUNCH, failed.problem());
	}

	private void failOffer(Event.OfferFailed failed) {
		if (attempt().id().equals(failed.handoffId())) {
			fail(FailureCode.LAUNCH, failed.problem());
		}
	}

	private void failExited(Event.SuccessorExited exited) {
		boolean launcherOnly = this.successor != null && !this.successor.process().equals(this.launched);
		if (!exited.process().equals(this.launched) || launcherOnly) {
			return;
		}
		attempt().exitStatus(exited.exitStatus());
		this.grace = GRACE;
		fail(FailureCode.SUCCESSOR_EXITED, "The successor exited with status " + exited.exitStatus() + " in "
				+ attempt().stage() + "; its log says why.");
	}

	private void failBye(Event.Received received) {
		Frame.Bye bye = (Frame.Bye) received.frame();
		this.grace = GRACE;
		fail((bye.code() != null) ? bye.code() : FailureCode.SUCCESSOR_EXITED,
				(bye.text() != null) ? bye.text() : "The successor gave up.");
	}

	private void fail(FailureCode code, String message) {
		attempt().fail(code, message);
		ByeReason reason = (code == FailureCode.PROTOCOL) ? ByeReason.PROTOCOL
				: (code == FailureCode.REFUSED || code == FailureCode.VERIFY) ? ByeReason.REFUSED
						: this.stopping ? ByeReason.STOPPING : ByeReason.ABORTED;
		endLink(this.successor, reason, code, message);
		enter(Phase.FENCING);
		if (!this.launching) {
			fence();
		}
	}

	private void fenceLateLaunch(Event.Launched launched) {
		noteLaunched(launched);
		fence();
	}

	/** Before CUTOVER only a process that we launched is fenced; after it, any. */
	private void fence() {
		List<ProcessId> targets = new ArrayList<>();
		if (this.launched != null) {
			targets.add(this.launched);
		}
		if (this.successor != null && !this.successor.process().equals(this.launched)
				&& (this.cutoverSent || this.launched != null)) {
			targets.add(this.successor.process());
		}
		if (targets.isEmpty()) {
			afterFence();
			return;
		}
		// After CUTOVER it may open its gates at any moment, so no time is given
		boolean atOnce = this.cutoverSent || this.stopping || this.silent;
		this.actions.add(new Action.Fence(targets, atOnce ? Duration.ZERO : GRACE.plus(this.grace),
				atOnce ? Duration.ZERO : GRACE));
	}

	private void noteFenced(Event.Fenced fenced) {
		attempt().exitStatus(fenced.exitStatus());
		afterFence();
	}

	private void afterFence() {
		this.launching = false;
		if (this.cutoverSent && !this.stopping) {
			enter(Phase.RECLAIMING);
			this.actions.add(new Action.TakePath());
		}
		else {
			conclude();
		}
	}

	private void conclude() {
		remember(null);
		this.attempt = null;
		this.successor = null;
		this.launched = null;
		this.cutoverSent = false;
		this.silent = false;
		this.grace = Duration.ZERO;
		if (this.stopping) {
			leave();
		}
		else {
			enter(Phase.IDLE);
		}
	}

	/** The older generation is released; nobody serves this address from now on. */
	private void leave() {
		endLink(this.predecessor, ByeReason.STOPPING, null, "told to stop");
		this.predecessor = null;
		enter(Phase.LEAVING);
		this.actions.add(new Action.Leave());
	}

	private void stopped() {
		enter(Phase.ENDING);
		this.actions.add(new Action.Stopped());
	}

	// What can happen at any time

	private void linkEnded(Event.LinkEnded ended) {
		Peer predecessor = this.predecessor;
		if (predecessor != null && predecessor.link() == ended.link()) {
			if (this.served || this.phase.role() != Role.SUCCEEDING) {
				this.predecessor = null;
			}
			else if (!this.predecessorDead) {
				this.actions.add(new Action.CheckPredecessor(predecessor.process()));
			}
		}
		else if (this.successor != null && this.successor.link() == ended.link() && this.phase == Phase.DRAINING) {
			this.actions.add(new Action.SuccessorLost(this.successor.process()));
		}
		else if (this.successor != null && this.successor.link() == ended.link()
				&& this.phase == Phase.STOPPING_ACCEPT) {
			// There is nobody to move connections to
			this.successor = null;
		}
		else if (this.successor != null && this.successor.link() == ended.link() && isBeforeServing()) {
			this.grace = GRACE;
			String problem = (ended.problem() != null) ? ended.problem() : "It exited, or closed the connection.";
			fail((ended.problem() != null) ? FailureCode.PROTOCOL : FailureCode.SUCCESSOR_EXITED,
					"The connection to the successor ended in " + attempt().stage() + ". " + problem);
		}
	}

	private void linkSilent(Event.LinkSilent silent) {
		Peer predecessor = this.predecessor;
		if (predecessor != null && predecessor.link() == silent.link() && this.phase.role() == Role.SUCCEEDING
				&& this.phase != Phase.HELLO_SENT) {
			this.actions.add(new Action.FencePredecessor(predecessor.process()));
		}
		else if (this.successor != null && this.successor.link() == silent.link() && isBeforeServing()) {
			// It can make no use of any time to end by itself
			this.silent = true;
			fail(FailureCode.TIMEOUT, "The successor stopped answering in " + attempt().stage() + ".");
		}
		else if (!isLinkOf(predecessor, silent.link()) && !isLinkOf(this.successor, silent.link())) {
			this.actions.add(new Action.EndLink(silent.link(), ByeReason.PROTOCOL, null, "silent for too long"));
		}
	}

	/**
	 * Whatever it was, nobody else will report it: go on as if it had been done, or fail.
	 */
	private void actionFailed(Event.ActionFailed failed) {
		if (isBeforeServing()) {
			fail(FailureCode.ABORTED, "An unforeseen error: " + failed.problem());
			return;
		}
		switch (this.phase) {
			case FENCING -> afterFence();
			case RECLAIMING -> conclude();
			case STOPPING_ACCEPT -> drain();
			case LEAVING -> stopped();
			case STARTING, WARMING_UP, CHECKING_HEALTH, READY, TAKING_PATH, OPENING_GATES ->
				giveUp(FailureCode.ABORTED, "An unforeseen error: " + failed.problem());
			default -> {
				// Nothing waits for an answer
			}
		}
	}

	private static boolean isLinkOf(@Nullable Peer peer, int link) {
		return peer != null && peer.link() == link;
	}

	private void abort(Event.AbortRequested abort) {
		if (isBeforeServing()) {
			this.actions.add(new Action.Accept(abort.request(), attempt().id()));
			fail(FailureCode.ABORTED, "An operator aborted the handoff.");
		}
		else {
			this.actions.add(new Action.Reject(abort.request(), handoffId(), stage(),
					(this.attempt != null) ? "The handoff can no longer be aborted." : "No handoff runs."));
		}
	}

	private void stop() {
		this.stopping = true;
		if (isBeforeServing()) {
			fail(FailureCode.ABORTED, "The predecessor was told to stop.");
			return;
		}
		switch (this.phase) {
			case IDLE -> leave();
			case FENCING -> {
				// Whoever is being fenced dies now, without more grace
				if (!this.launching) {
					fence();
				}
			}
			case DRAINING -> this.actions.add(new Action.HastenDrain());
			case RECLAIMING, STOPPING_ACCEPT, LEAVING -> {
				// What comes next knows of it
			}
			case DRAINED, ENDING -> this.actions.add(new Action.Stopped());
			default -> {
				// The application is not ready: it has nothing to finish
				FailureCode code = (role() == Role.SUCCEEDING) ? FailureCode.ABORTED : null;
				endLink(this.predecessor, ByeReason.STOPPING, code, "told to stop");
				stopped();
			}
		}
	}

	private void checkDeadline() {
		if (this.now < this.deadline) {
			return;
		}
		clearDeadline();
		if (this.phase == Phase.HELLO_SENT) {
			giveUp(FailureCode.PREDECESSOR_UNREACHABLE, "The predecessor did not offer its listeners in time.");
		}
		else if (this.phase == Phase.READY) {
			giveUp(FailureCode.TIMEOUT, "The predecessor did not cut over in time.");
		}
		else if (isBeforeServing()) {
			fail(FailureCode.TIMEOUT, timeoutMessage());
		}
	}

	private String timeoutMessage() {
		Stage stage = attempt().stage();
		return switch (this.phase) {
			case LAUNCHING, SUCCESSOR_STARTING ->
				"The successor did not get beyond " + stage + " within " + this.readyTimeout.toSeconds()
						+ " s. See its log; if it needs longer, raise hotswap.ready-timeout.";
			case CUTTING_OVER -> "The successor was told to take over and did not serve within "
					+ CUTOVER_TIMEOUT.toSeconds() + " s. See its log.";
			default -> "The answer of " + stage + " did not come within " + CHECK_TIMEOUT.toSeconds()
					+ " s; see which bean blocks.";
		};
	}

	// Small parts

	private boolean isBeforeServing() {
		return switch (this.phase) {
			case PRECHECKING, VERIFYING, LAUNCHING, SUCCESSOR_STARTING, CUTTING_OVER -> true;
			default -> false;
		};
	}

	private boolean accepts(int link, Frame.Hello hello) {
		if (!this.application.equals(hello.application())) {
			refuse(link, FailureCode.OTHER_APPLICATION,
					"This address is served by application \"" + this.application + "\" (pid " + this.self.pid()
							+ "), not by \"" + hello.application()
							+ "\". Start it on another port, or set the same hotswap.application in both.");
			return false;
		}
		if (hello.version() < PROTOCOL_VERSION) {
			refuse(link, FailureCode.PROTOCOL, "The running process speaks version " + PROTOCOL_VERSION
					+ " of the control protocol, the new one " + hello.version() + ".");
			return false;
		}
		return true;
	}

	private String whyNotNow() {
		return switch (this.phase) {
			case BOOTING -> "Process " + this.self.pid() + " is still starting; try again when it is ready.";
			case IDLE -> "No handoff runs.";
			case LEAVING -> "Process " + this.self.pid() + " is stopping.";
			case STOPPING_ACCEPT, DRAINING, DRAINED, ENDING ->
				"Process " + this.self.pid() + " is leaving; ask the active one.";
			case HELLO_SENT, STARTING, WARMING_UP, CHECKING_HEALTH, READY, TAKING_PATH, OPENING_GATES ->
				"Process " + this.self.pid() + " is taking over itself; ask again when it is active.";
			default -> "Handoff " + handoffId() + " runs, in " + stage() + "; one at a time.";
		};
	}

	private Attempt attempt() {
		if (this.attempt == null) {
			throw new IllegalStateException("No handoff runs in " + this.phase);
		}
		return this.attempt;
	}

	private HandoffRecord remember(HandoffRecord.@Nullable Connections connections) {
		attempt().leave(this.now);
		HandoffRecord story = attempt().record(connections);
		this.actions.add(new Action.Remember(story));
		return story;
	}

	private void enter(Phase phase) {
		clearDeadline();
		this.phase = phase;
		// A failed handoff stays in the stage it failed in while it is wound up
		if (this.attempt != null && phase.stage() != Stage.IDLE) {
			this.attempt.enter(phase.stage(), this.now);
		}
	}

	private void enterAndTell(Phase phase) {
		enter(phase);
		send((phase.role() == Role.SUCCEEDING) ? this.predecessor : this.successor, new Frame.Progress(phase.stage()));
	}

	private void send(@Nullable Peer peer, Frame frame) {
		if (peer != null) {
			this.actions.add(new Action.Send(peer.link(), frame));
		}
	}

	private void endLink(@Nullable Peer peer, ByeReason reason, @Nullable FailureCode code, @Nullable String text) {
		if (peer != null) {
			this.actions.add(new Action.EndLink(peer.link(), reason, code, text));
		}
	}

	private void refuse(int link, FailureCode code, String text) {
		this.actions.add(new Action.EndLink(link, ByeReason.REFUSED, code, text));
	}

	private void setDeadline(Duration timeout) {
		this.deadline = this.now + timeout.toNanos();
	}

	private void extendDeadline() {
		this.deadline = Math.min(this.now + this.readyTimeout.toNanos(), this.deadlineCap);
	}

	private void clearDeadline() {
		this.deadline = Long.MAX_VALUE;
	}

	private void restartDeadlinesAfterPause(long now) {
		long pause = now - this.now;
		if (pause > CLOCK_JUMP.toNanos() && this.deadline != Long.MAX_VALUE) {
			this.deadline += pause;
			this.deadlineCap = (this.deadlineCap != Long.MAX_VALUE) ? this.deadlineCap + pause : Long.MAX_VALUE;
		}
	}

	/**
	 * The other end of a link.
	 *
	 * @param link the number of the control connection
	 * @param process who it is
	 */
	private record Peer(int link, ProcessId process) {

	}

}
