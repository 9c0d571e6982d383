package dev.hotswap.handoff;

import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffStatus;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Role;
import dev.hotswap.Stage;
import dev.hotswap.control.ByeReason;
import dev.hotswap.process.ProcessId;
import org.jspecify.annotations.Nullable;

/**
 * The state machine of both sides of a handoff: an event and the time go in, actions come
 * out. It does nothing to the world and knows nothing of threads, so two or three of them
 * can be run against each other in one thread. Every transition stands in {@link #TABLE}
 * or, where it is an older generation that speaks, in {@link #OLDER}; what each does is
 * in the part that it names.
 * <p>
 * A process is first a successor (or succeeds nobody), then active, then an older
 * generation, and perhaps active again, so one machine accompanies it from its start to
 * its end. One thread at a time.
 */
final class HandoffMachine {

	static final int PROTOCOL_VERSION = 1;

	/** The successor's first answer is due; a plain connect and two frames. */
	static final Duration HELLO_TIMEOUT = Duration.ofSeconds(10);

	/** What may pass between two signs of life of a predecessor that makes us wait. */
	static final Duration WAIT_TIMEOUT = Duration.ofSeconds(75);

	/** Prechecks, and the verification of a release, each. */
	static final Duration CHECK_TIMEOUT = Duration.ofSeconds(60);

	static final Duration RELEASE_TIMEOUT = Duration.ofSeconds(5);

	static final Duration CUTOVER_TIMEOUT = Duration.ofSeconds(10);

	/** What an action may take that always answers, should it not. */
	static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

	/** The same of a fence, which waits for two processes at most. */
	static final Duration FENCE_TIMEOUT = Duration.ofSeconds(60);

	/** Until a process that could not be killed is to be killed again. */
	static final Duration FENCE_INTERVAL = Duration.ofSeconds(5);

	/** Until an older generation that is heard no more is looked for again. */
	static final Duration CHECK_INTERVAL = Duration.ofSeconds(5);

	/** Within which the processes of a service learn that it is to stop. */
	static final Duration STOP_SPREAD = Duration.ofSeconds(5);

	/** How often an older generation tells what it holds. */
	static final Duration TELL_INTERVAL = Duration.ofSeconds(1);

	/** What a successor may take to end by itself, and on SIGTERM. */
	static final Duration GRACE = Duration.ofSeconds(3);

	/** Progress extends the ready-timeout to this multiple of it at most. */
	static final int READY_TIMEOUT_CAP = 3;

	/** A longer pause between two events means that this process was stopped itself. */
	static final Duration CLOCK_JUMP = Duration.ofSeconds(2);

	/** Of a successor that has gone already. */
	static final int NO_LINK = -1;

	private static final Phase[] SUCCEEDING = { Phase.STARTING, Phase.WARMING_UP, Phase.CHECKING_HEALTH, Phase.READY,
			Phase.TAKING_PATH, Phase.OPENING_GATES };

	private static final Phase[] ACTIVE = { Phase.IDLE, Phase.PRECHECKING, Phase.RELEASING, Phase.VERIFYING,
			Phase.LAUNCHING, Phase.SUCCESSOR_STARTING, Phase.CUTTING_OVER, Phase.FENCING, Phase.RECLAIMING,
			Phase.REVERTING, Phase.RESTORING_PATH };

	/** Drains, or could resume. */
	private static final Phase[] OLD = { Phase.RAMPING, Phase.STOPPING_ACCEPT, Phase.DRAINING, Phase.STANDBY };

	private static final Phase[] RESUMING = { Phase.REOPENING, Phase.RETAKING_PATH };

	private static final Phase[] ENDED = { Phase.LEAVING, Phase.DRAINED, Phase.ENDING };

	/** By phase and by the class of the event or of the frame of a peer. */
	private static final Map<Phase, Map<Class<?>, BiConsumer<HandoffMachine, ?>>> TABLE = new EnumMap<>(Phase.class);

	/** By phase and by the class of the frame of an older generation. */
	private static final Map<Phase, Map<Class<?>, BiConsumer<HandoffMachine, ?>>> OLDER = new EnumMap<>(Phase.class);

	static {
		// The successor, in the order in which it happens
		on(Event.PredecessorFound.class, (m, found) -> m.successor.sayHello(found), Phase.BOOTING);
		onFrame(Frame.Progress.class, (m, progress) -> m.successor.keepWaiting(), Phase.HELLO_SENT);
		onFrame(Frame.Offer.class, (m, offer) -> m.successor.startWithOffer(offer), Phase.HELLO_SENT);
		on(Event.ApplicationProgressed.class, (m, progressed) -> m.successor.tellProgress(), Phase.STARTING,
				Phase.WARMING_UP);
		on(Event.ApplicationReady.class, (m, ready) -> m.successor.warmUp(), Phase.STARTING);
		on(Event.WarmedUp.class, (m, warm) -> m.successor.checkHealth(warm), Phase.WARMING_UP);
		on(Event.HealthChecked.class, (m, checked) -> m.successor.reportReady(checked), Phase.CHECKING_HEALTH);
		onFrame(Frame.Cutover.class, (m, cutover) -> m.successor.cutOver((Frame.Cutover) cutover.frame()), Phase.READY);
		on(Event.PathTaken.class, (m, taken) -> m.successor.openGates(taken), Phase.TAKING_PATH);
		on(Event.GatesOpened.class, (m, opened) -> m.serve(), Phase.OPENING_GATES);
		// ... and its ways out
		onFrame(Frame.Bye.class, (m, bye) -> m.successor.obeyPredecessor((Frame.Bye) bye.frame()), Phase.HELLO_SENT);
		onFrame(Frame.Bye.class, (m, bye) -> m.successor.obeyPredecessor((Frame.Bye) bye.frame()), SUCCEEDING);
		on(Event.ApplicationFailed.class, (m, failed) -> m.successor.giveUpFailed(failed), Phase.HELLO_SENT);
		on(Event.ApplicationFailed.class, (m, failed) -> m.successor.giveUpFailed(failed), SUCCEEDING);
		on(Event.PeerChecked.class, (m, checked) -> m.successor.startFreshOrGiveUp(checked), Phase.HELLO_SENT);
		on(Event.PeerChecked.class, (m, checked) -> m.successor.inheritOrGiveUp(checked), SUCCEEDING);

		// A process that succeeds nobody
		on(Event.ApplicationReady.class, (m, ready) -> m.becomeActive(), Phase.BOOTING);
		on(Event.ApplicationFailed.class, (m, failed) -> m.state.enter(Phase.ENDING), Phase.BOOTING);

		// The active process, in the order in which it happens
		on(Event.Triggered.class, (m, triggered) -> m.active.begin(triggered), Phase.IDLE);
		onFrame(Frame.Hello.class, (m, hello) -> m.active.beginTakeover(hello), Phase.IDLE);
		on(Event.PrechecksDone.class, (m, done) -> m.active.release(done), Phase.PRECHECKING);
		on(Event.Verified.class, (m, verified) -> m.active.verified(verified), Phase.VERIFYING);
		on(Event.Launched.class, (m, launched) -> m.active.noteLaunched(launched), Phase.LAUNCHING,
				Phase.SUCCESSOR_STARTING);
		on(Event.Launched.class, (m, launched) -> m.active.noteLateLaunch(launched), Phase.CUTTING_OVER);
		on(Event.Launched.class, (m, launched) -> m.active.noteLateLaunch(launched), OLD);
		onFrame(Frame.Hello.class, (m, hello) -> m.active.offerToLaunched(hello), Phase.LAUNCHING);
		onFrame(Frame.Progress.class, (m, progress) -> m.active.noteProgress((Frame.Progress) progress.frame()),
				Phase.SUCCESSOR_STARTING);
		onFrame(Frame.Ready.class, (m, ready) -> m.active.cutOver(), Phase.SUCCESSOR_STARTING);
		onFrame(Frame.Serving.class, (m, serving) -> m.leaving.begin(m.active.handOver(), false), Phase.CUTTING_OVER);
		// ... and its ways out
		on(Event.LaunchFailed.class, (m, failed) -> m.active.failLaunch(failed), Phase.LAUNCHING);
		on(Event.OfferFailed.class, (m, failed) -> m.active.failOffer(failed), Phase.SUCCESSOR_STARTING);
		onFrame(Frame.Bye.class, (m, bye) -> m.active.failBye((Frame.Bye) bye.frame()), Phase.LAUNCHING);
		on(Event.SuccessorExited.class, (m, exited) -> m.active.failExited(exited), Phase.LAUNCHING,
				Phase.SUCCESSOR_STARTING, Phase.CUTTING_OVER);
		onFrame(Frame.Bye.class, (m, bye) -> m.active.failBye((Frame.Bye) bye.frame()), Phase.PRECHECKING,
				Phase.RELEASING, Phase.VERIFYING, Phase.SUCCESSOR_STARTING, Phase.CUTTING_OVER);
		on(Event.Launched.class, (m, launched) -> m.active.fenceLateLaunch(launched), Phase.FENCING);
		on(Event.LaunchFailed.class, (m, failed) -> m.active.afterFence(), Phase.FENCING);
		on(Event.SuccessorExited.class, (m, exited) -> m.active.noteExited(exited), Phase.FENCING, Phase.RECLAIMING);
		on(Event.Fenced.class, (m, fenced) -> m.active.noteFenced(fenced), Phase.FENCING);
		on(Event.PathTaken.class, (m, taken) -> m.active.conclude(), Phase.RECLAIMING);

		// The older generation, in the order in which it happens
		on(Event.AcceptingStopped.class, (m, stopped) -> m.leaving.drain(), Phase.STOPPING_ACCEPT);
		onFrame(Frame.Answered.class, (m, answer) -> m.leaving.noteAnswer((Frame.Answered) answer.frame()), OLD);
		on(Event.SuccessorExited.class, (m, exited) -> m.active.noteExited(exited), OLD);
		on(Event.SuccessorExited.class, (m, exited) -> m.active.noteExited(exited), RESUMING);
		on(Event.DrainEnded.class, (m, ended) -> m.leaving.drained(ended.connections()), Phase.DRAINING);
		onFrame(Frame.Release.class, (m, release) -> m.leaving.release((Frame.Release) release.frame()), OLD);
		onFrame(Frame.Bye.class, (m, bye) -> m.leaving.obeySuccessor(), OLD);
		onFrame(Frame.Redirect.class, (m, redirect) -> m.leaving.redirect(), OLD);
		on(Event.Rejoined.class, (m, rejoined) -> m.leaving.rejoined(rejoined), Phase.STOPPING_ACCEPT, Phase.DRAINING);
		// ... and back
		onFrame(Frame.Revert.class, (m, revert) -> m.leaving.revert((Frame.Revert) revert.frame()), OLD);
		on(Event.GatesOpened.class, (m, opened) -> m.leaving.retakePath(), Phase.REOPENING);
		on(Event.PathTaken.class, (m, taken) -> m.serveAgain(), Phase.RETAKING_PATH);
		onFrame(Frame.Bye.class, (m, bye) -> m.leaving.linkEndedWhileReverting(), RESUMING);
		onFrame(Frame.Answered.class, (m, answer) -> m.leaving.noteAnswer((Frame.Answered) answer.frame()), RESUMING);

		// A process that stops without a successor
		on(Event.DrainEnded.class, (m, ended) -> m.stopped(), Phase.LEAVING);

		// What an older generation says to the active process
		onFrame(Frame.Draining.class, (m, draining) -> m.olderJoins(draining), ACTIVE);
		onOlder(Frame.Draining.class, (m, draining) -> m.older.hearHeld(draining), Phase.values());
		onOlder(Frame.Drained.class, (m, drained) -> m.older.hearStory(drained), Phase.values());
		onOlder(Frame.Connections.class, (m, connections) -> m.older.adopt(connections), ACTIVE);
		onOlder(Frame.Connections.class, (m, connections) -> m.older.adopt(connections), OLD);
		onOlder(Frame.Connections.class, (m, connections) -> m.older.adopt(connections), RESUMING);
		onOlder(Frame.Connections.class, (m, connections) -> m.older.giveBack(connections), ENDED);
		onOlder(Frame.Released.class, (m, released) -> m.olderReleased(released), Phase.values());
		onOlder(Frame.Bye.class, (m, bye) -> m.olderSaysBye(bye), Phase.values());
		// ... and back
		onOlder(Frame.Revert.class, (m, revert) -> m.active.revert(), Phase.IDLE);
		onOlder(Frame.Serving.class, HandoffMachine::handBack, Phase.REVERTING);
		on(Event.PathTaken.class, (m, taken) -> m.active.pathRestored(), Phase.RESTORING_PATH);
	}

	private final MachineState state;

	private final OlderGenerations older;

	private final SuccessorSteps successor;

	private final ActiveSteps active;

	private final LeavingSteps leaving;

	/**
	 * Create the machine of a process that starts.
	 * @param application who this is
	 * @param pid the process id
	 * @param release the release, or {@code null}
	 * @param limits what the configuration limits
	 * @param ids where ids of handoffs come from
	 * @param now the time in nanoseconds, of any origin
	 */
	HandoffMachine(String application, long pid, @Nullable String release, HandoffLimits limits, Supplier<String> ids,
			long now) {
		this.state = new MachineState(application, new HandoffRecord.Party(pid, 0, release), limits, ids, now);
		this.older = new OlderGenerations(this.state);
		this.successor = new SuccessorSteps(this.state, this.older);
		this.active = new ActiveSteps(this.state, this.older);
		this.leaving = new LeavingSteps(this.state, this.older);
	}

	Phase phase() {
		return this.state.phase();
	}

	Role role() {
		return this.state.phase().role();
	}

	Stage stage() {
		Attempt running = this.state.running();
		return (running != null) ? running.stage() : this.state.phase().stage();
	}

	int generation() {
		return this.state.generation();
	}

	@Nullable String handoffId() {
		Attempt running = this.state.running();
		return (running != null) ? running.id() : null;
	}

	@Nullable HandoffTrigger trigger() {
		Attempt running = this.state.running();
		return (running != null) ? running.trigger() : null;
	}

	@Nullable ProcessId successor() {
		ProcessId leavingTo = this.leaving.successor();
		return (leavingTo != null) ? leavingTo : this.active.successor();
	}

	/**
	 * The older generations that still drain or could resume, the newest first.
	 */
	List<HandoffStatus.Draining> draining() {
		return this.older.status();
	}

	/**
	 * Whether this process would serve again if its successor died now.
	 */
	boolean mayResume() {
		return this.leaving.mayResume();
	}

	/**
	 * Whether time matters now: without a deadline nobody needs to tell it.
	 */
	boolean hasDeadline() {
		return this.state.hasDeadline() || this.older.awaitsTime();
	}

	/**
	 * Handle one event.
	 * @param event what happened
	 * @param now the time in nanoseconds, not before that of the event before
	 * @return what to do, in order
	 */
	List<Action> handle(Event event, long now) {
		this.state.passTo(now);
		dispatch(event);
		leaveIfTold();
		return this.state.takeActions();
	}

	private void dispatch(Event event) {
		if (event instanceof Event.Tick) {
			tick();
		}
		else if (event instanceof Event.Received received) {
			receive(received);
		}
		else if (event instanceof Event.LinkEnded ended) {
			linkEnded(ended);
		}
		else if (event instanceof Event.LinkSilent silent) {
			linkSilent(silent.link());
		}
		else if (event instanceof Event.ActionFailed failed) {
			actionFailed(failed.problem());
		}
		else if (event instanceof Event.AbortRequested abort) {
			abortOrRevert(abort.request(), abort.undo());
		}
		else if (event instanceof Event.StopRequested) {
			stop();
		}
		else if (!step(TABLE, event.getClass(), event)) {
			leftOver(event);
		}
	}

	/** What no transition is for. */
	private void leftOver(Event event) {
		if (event instanceof Event.Triggered triggered) {
			reject(triggered.request(), whyNotNow());
		}
		else if (event instanceof Event.PeerChecked checked) {
			peerChecked(checked);
		}
		else if (event instanceof Event.Rejoined rejoined) {
			this.state.act(new Action.EndLink(rejoined.link(), ByeReason.RELEASED, null, "drained"));
		}
	}

	// Frames

	private <E> boolean step(Map<Phase, Map<Class<?>, BiConsumer<HandoffMachine, ?>>> table, Class<?> what, E event) {
		@SuppressWarnings("unchecked") // on(...) pairs a class with a step that takes it
		BiConsumer<HandoffMachine, E> step = (BiConsumer<HandoffMachine, E>) table
			.getOrDefault(this.state.phase(), Map.of())
			.get(what);
		if (step == null) {
			return false;
		}
		step.accept(this, event);
		return true;
	}

	private void receive(Event.Received received) {
		Peer sender = new Peer(received.link(), received.sender());
		Frame frame = received.frame();
		if (this.older.find(sender) != null) {
			if (!step(OLDER, frame.getClass(), received)) {
				this.state.act(new Action.Discard(frame));
			}
			return;
		}
		if (this.successor.isKilling(sender)) {
			this.state.act(new Action.Discard(frame));
			return;
		}
		boolean known = this.successor.knows(sender) || this.active.knows(sender) || this.leaving.knows(sender);
		boolean introduction = frame instanceof Frame.Hello || frame instanceof Frame.Draining || isStillborn(received);
		if (known == introduction) {
			outOfOrder(received, known);
		}
		else if (!step(TABLE, frame.getClass(), received)) {
			notNow(received, known);
		}
	}

	/** A launched process that fails before it can take part says why. */
	private boolean isStillborn(Event.Received received) {
		return received.frame() instanceof Frame.Bye && this.state.phase() == Phase.LAUNCHING
				&& received.sender().equals(this.active.successor());
	}

	private void notNow(Event.Received received, boolean known) {
		if (received.frame() instanceof Frame.Hello) {
			this.state.refuse(received.link(), FailureCode.BUSY, whyNotNow());
		}
		else if (received.frame() instanceof Frame.Draining) {
			// The control path was this process's a moment ago
			this.state.act(new Action.Send(received.link(), new Frame.Redirect()));
		}
		else {
			outOfOrder(received, known);
		}
	}

	private void outOfOrder(Event.Received received, boolean known) {
		this.state.act(new Action.Discard(received.frame()));
		Set<Phase> windingUp = EnumSet.of(Phase.ENDING, Phase.LEAVING, Phase.FENCING, Phase.RECLAIMING, Phase.REOPENING,
				Phase.RETAKING_PATH, Phase.DRAINED);
		if (received.frame() instanceof Frame.Bye || windingUp.contains(this.state.phase())) {
			return;
		}
		String problem = received.frame().getClass().getSimpleName() + " is out of order in " + this.state.phase();
		this.state.act(new Action.EndLink(received.link(), ByeReason.PROTOCOL, FailureCode.PROTOCOL, problem));
		if (known) {
			linkEnded(new Event.LinkEnded(received.link(), problem));
		}
	}

	private static <E extends Event> void on(Class<E> what, BiConsumer<HandoffMachine, E> step, Phase... in) {
		put(TABLE, what, step, in);
	}

	private static <F extends Frame> void onFrame(Class<F> what, BiConsumer<HandoffMachine, Event.Received> step,
			Phase... in) {
		put(TABLE, what, step, in);
	}

	private static <F extends Frame> void onOlder(Class<F> what, BiConsumer<HandoffMachine, Event.Received> step,
			Phase... in) {
		put(OLDER, what, step, in);
	}

	private static void put(Map<Phase, Map<Class<?>, BiConsumer<HandoffMachine, ?>>> table, Class<?> what,
			BiConsumer<HandoffMachine, ?> step, Phase... in) {
		for (Phase phase : in) {
			table.computeIfAbsent(phase, (key) -> new HashMap<>()).put(what, step);
		}
	}

	// From one part to another

	private void serve() {
		this.successor.serve();
		becomeActive();
	}

	private void serveAgain() {
		if (this.leaving.serve()) {
			becomeActive();
		}
	}

	private void becomeActive() {
		this.state.enter(Phase.IDLE);
		this.state.act(new Action.BecomeActive());
	}

	/** The predecessor serves again, as an operator wanted. */
	private void handBack(Event.Received serving) {
		if (this.active.isReverted()) {
			Peer predecessor = new Peer(serving.link(), serving.sender());
			this.older.handedBackTo(predecessor);
			this.leaving.begin(predecessor, true);
		}
	}

	private void olderJoins(Event.Received draining) {
		this.older.join(draining);
		this.active.lookAtOlder();
	}

	private void olderReleased(Event.Received released) {
		this.older.released(released);
		this.active.lookAtOlder();
	}

	private void olderSaysBye(Event.Received bye) {
		this.older.sayBye(bye);
		this.active.lookAtOlder();
	}

	private void peerChecked(Event.PeerChecked checked) {
		OlderGeneration able = this.older.ableToResume();
		if (this.older.checked(checked)) {
			this.active.lookAtOlder();
			if (able != null && able.peer().process().equals(checked.process()) && !able.isDoomed()
					&& !checked.dead()) {
				this.active.olderLives(able, checked.fenced());
			}
		}
		else if (this.leaving.isProcess(checked.process()) && this.state.isIn(OLD)) {
			this.leaving.checked(checked.dead());
		}
		else if (this.leaving.isProcess(checked.process()) && this.state.isIn(RESUMING)
				&& this.leaving.checkedWhileReverting(checked.dead())) {
			serveAgain();
		}
	}

	// What can happen at any time

	private void linkEnded(Event.LinkEnded ended) {
		int link = ended.link();
		if (this.older.linkEnded(link)) {
			return;
		}
		if (this.successor.isLink(link) && role() == Role.SUCCEEDING) {
			this.successor.linkEnded();
		}
		else if (this.active.isLink(link) && this.active.isBeforeServing()) {
			this.active.failLink(ended);
		}
		else if (this.leaving.isLink(link) && this.state.isIn(OLD)) {
			this.leaving.linkEnded();
		}
		else if (this.leaving.isLink(link) && this.state.isIn(RESUMING)) {
			this.leaving.linkEndedWhileReverting();
		}
	}

	private void linkSilent(int link) {
		if (this.older.linkSilent(link)) {
			return;
		}
		if (this.successor.isLink(link) && role() == Role.SUCCEEDING) {
			this.successor.linkSilent();
		}
		else if (this.active.isLink(link) && this.active.isBeforeServing()) {
			this.active.failSilent();
		}
		else if (this.leaving.isLink(link)) {
			this.leaving.linkSilent();
		}
		else if (!this.successor.isLink(link) && !this.active.isLink(link)) {
			this.state.act(new Action.EndLink(link, ByeReason.PROTOCOL, null, "silent for too long"));
		}
	}

	/**
	 * Whatever it was, nobody else will report it: go on as if it had been done, or fail.
	 */
	private void actionFailed(String problem) {
		if (this.active.isBeforeServing()) {
			this.active.fail(FailureCode.ABORTED, "An unforeseen error: " + problem);
			return;
		}
		switch (this.state.phase()) {
			case FENCING -> this.active.noteFenced(new Event.Fenced(this.state.attempt().id(), false));
			case RECLAIMING -> this.active.conclude();
			case RESTORING_PATH -> this.active.pathRestored();
			case STOPPING_ACCEPT -> this.leaving.drain();
			case REOPENING -> this.leaving.retakePath();
			case RETAKING_PATH -> serveAgain();
			case LEAVING -> stopped();
			case STARTING, WARMING_UP, CHECKING_HEALTH, READY, TAKING_PATH, OPENING_GATES ->
				this.successor.giveUp(FailureCode.ABORTED, "An unforeseen error: " + problem);
			default -> {
				// Nothing waits for an answer
			}
		}
	}

	private void abortOrRevert(long request, Event.Undo undo) {
		if (undo != Event.Undo.REVERT && this.active.isBeforeServing()) {
			this.state.accept(request, this.state.attempt().id());
			this.active.fail(FailureCode.ABORTED, "An operator aborted the handoff.");
			return;
		}
		String reverted = (undo != Event.Undo.ABORT) ? revert() : null;
		if (reverted != null) {
			this.state.accept(request, reverted);
		}
		else {
			reject(request, whyNotUndone(undo));
		}
	}

	private @Nullable String revert() {
		return (phase() == Phase.IDLE) ? this.active.revert() : this.leaving.askForRevert();
	}

	private String whyNotUndone(Event.Undo undo) {
		boolean runs = this.state.running() != null;
		return switch (undo) {
			case ABORT -> runs ? "The handoff can no longer be aborted." : "No handoff runs that could be aborted.";
			case REVERT -> runs ? whyNotNow() : "No older generation could serve again.";
			case WHAT_CAN_BE -> runs ? "The handoff can no longer be aborted."
					: "No handoff runs, and no older generation could serve again.";
		};
	}

	private void reject(long request, String message) {
		this.state.act(new Action.Reject(request, handoffId(), stage(), message));
	}

	// The end

	private void stop() {
		this.state.toldToStop();
		switch (phase()) {
			case DRAINED, ENDING -> this.state.act(new Action.Stopped());
			case HELLO_SENT, STARTING, WARMING_UP, CHECKING_HEALTH, READY, TAKING_PATH, OPENING_GATES ->
				this.successor.stop();
			case PRECHECKING, RELEASING, VERIFYING, LAUNCHING, SUCCESSOR_STARTING, CUTTING_OVER, FENCING ->
				this.active.stop();
			case RAMPING, STOPPING_ACCEPT, DRAINING, STANDBY, REOPENING, RETAKING_PATH -> this.leaving.stop();
			case BOOTING -> leave();
			default -> {
				// Whatever it does comes to an end soon, and it leaves then
			}
		}
	}

	/** A process that was told to stop stays active no longer than it must. */
	private void leaveIfTold() {
		if (this.state.isStopping() && phase() == Phase.IDLE) {
			leave();
		}
	}

	/** The older generations are released; nobody serves this address from now on. */
	private void leave() {
		this.older.release();
		this.state.enter(Phase.LEAVING);
		this.state.act(new Action.Leave());
	}

	private void stopped() {
		this.older.sayGoodbye();
		this.state.enter(Phase.ENDING);
		this.state.act(new Action.Stopped());
	}

	// Time

	private void tick() {
		this.leaving.tick();
		if (!this.state.isIn(Phase.RELEASING, Phase.REVERTING)) {
			// There, one that is unsure is killed
			this.older.tick();
		}
		if (!this.state.isDeadlineOver()) {
			return;
		}
		this.state.clearDeadline();
		switch (role()) {
			case SUCCEEDING -> this.successor.deadlineOver();
			case DRAINING, STANDBY -> this.leaving.deadlineOver();
			default -> {
				if (this.state.isIn(RESUMING)) {
					actionFailed("no answer in time");
				}
				else {
					this.active.deadlineOver();
				}
			}
		}
	}

	private String whyNotNow() {
		String self = "Process " + this.state.self().pid();
		return switch (phase()) {
			case BOOTING -> self + " is still starting; try again when it is ready.";
			case IDLE -> "No handoff runs.";
			case LEAVING -> self + " is stopping.";
			case RAMPING, STOPPING_ACCEPT, DRAINING, STANDBY, DRAINED, ENDING ->
				self + " is leaving; ask the active one.";
			case HELLO_SENT, STARTING, WARMING_UP, CHECKING_HEALTH, READY, TAKING_PATH, OPENING_GATES, REOPENING,
					RETAKING_PATH ->
				self + " is taking over itself; ask again when it is active.";
			case REVERTING, RESTORING_PATH -> self + " is handing back to its predecessor.";
			default -> "Handoff " + handoffId() + " runs, in " + stage() + "; one at a time.";
		};
	}

	/**
	 * All that decides what this machine does next, for tests.
	 */
	@Override
	public String toString() {
		return this.state + " |" + this.successor + " |" + this.active + " |" + this.leaving + " |" + this.older;
	}

}
