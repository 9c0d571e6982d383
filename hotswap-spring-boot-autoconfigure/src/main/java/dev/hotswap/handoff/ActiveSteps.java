package dev.hotswap.handoff;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Stage;
import dev.hotswap.control.ByeReason;
import dev.hotswap.process.ProcessId;
import org.jspecify.annotations.Nullable;

/**
 * What the active process does from the trigger of a handoff until its successor serves,
 * or until it serves on.
 */
final class ActiveSteps {

	private final MachineState state;

	private final OlderGenerations older;

	private @Nullable Peer successor;

	private @Nullable ProcessId launched;

	private boolean launching;

	private boolean cutoverSent;

	private boolean silent;

	/** It has the listeners, or will have them in a moment. */
	private boolean offered;

	private Duration grace = Duration.ZERO;

	ActiveSteps(MachineState state, OlderGenerations older) {
		this.state = state;
		this.older = older;
	}

	boolean knows(Peer peer) {
		return peer.equals(this.successor);
	}

	boolean isLink(int link) {
		return this.successor != null && this.successor.link() == link;
	}

	@Nullable ProcessId successor() {
		return (this.successor != null) ? this.successor.process() : this.launched;
	}

	boolean isBeforeServing() {
		return this.state.isIn(Phase.PRECHECKING, Phase.RELEASING, Phase.VERIFYING, Phase.LAUNCHING,
				Phase.SUCCESSOR_STARTING, Phase.CUTTING_OVER);
	}

	// The handoff, in the order in which it happens

	void begin(Event.Triggered triggered) {
		startAttempt(triggered.trigger(), triggered.at(), triggered.release());
		this.state.accept(triggered.request(), this.state.attempt().id());
		precheck();
	}

	void beginTakeover(Event.Received received) {
		Frame.Hello hello = (Frame.Hello) received.frame();
		if (hello.handoffId() != null) {
			this.state.refuse(received.link(), FailureCode.ABORTED,
					"The handoff " + hello.handoffId() + " that launched this process is over.");
		}
		else if (accepts(received.link(), hello)) {
			startAttempt(HandoffTrigger.TAKEOVER, received.at(), null);
			meetSuccessor(received, hello);
			precheck();
		}
	}

	private void startAttempt(HandoffTrigger trigger, Instant at, @Nullable String release) {
		forget();
		this.state.begin(new Attempt(this.state.newId(), trigger, at, this.state.self(), release));
	}

	private void precheck() {
		enterAndTell(Phase.PRECHECKING);
		this.state.setDeadline(HandoffMachine.CHECK_TIMEOUT);
		this.state.act(new Action.RunPrechecks(this.state.attempt().id(), this.state.attempt().trigger()));
	}

	/** From now on nobody can take this process's place but the successor to come. */
	void release(Event.PrechecksDone done) {
		if (!this.state.attempt().id().equals(done.handoffId())) {
			return;
		}
		if (done.refusal() != null) {
			fail(FailureCode.REFUSED, done.refusal());
			return;
		}
		enterAndTell(Phase.RELEASING);
		OlderGeneration able = this.older.ableToResume();
		if (able == null) {
			verify();
		}
		else if (able.isLinked()) {
			this.state.setDeadline(HandoffMachine.RELEASE_TIMEOUT);
			this.state.send(able.peer(), new Frame.Release(false));
		}
		else {
			fenceUnreleased(able);
		}
	}

	/** An older generation has been released, or has gone. */
	void lookAtOlder() {
		if (this.older.ableToResume() != null) {
			return;
		}
		if (this.state.phase() == Phase.RELEASING) {
			verify();
		}
		else if (this.state.phase() == Phase.REVERTING) {
			// It may have taken the path before it gave up
			restorePath();
		}
	}

	private void fenceUnreleased(OlderGeneration able) {
		this.state.setDeadline(HandoffMachine.ANSWER_TIMEOUT);
		this.state.act(able.fence());
	}

	/**
	 * The older generation that could resume lives.
	 * @param fenced whether it was to be killed
	 */
	void olderLives(OlderGeneration older, boolean fenced) {
		if (this.state.phase() == Phase.RELEASING && fenced) {
			fail(FailureCode.TIMEOUT, "The older generation (pid " + older.peer().process().pid()
					+ ") could not be told to give up its place, and not be ended.");
		}
		else if (this.state.phase() == Phase.RELEASING) {
			fenceUnreleased(older);
		}
		else if (this.state.phase() == Phase.REVERTING) {
			this.state.setDeadline(HandoffMachine.FENCE_INTERVAL);
		}
	}

	private void verify() {
		this.older.proveBeforeHandoff();
		if (this.successor != null) {
			// What an operator has started is not launched from here
			launchOrOffer();
			return;
		}
		enterAndTell(Phase.VERIFYING);
		this.state.setDeadline(HandoffMachine.CHECK_TIMEOUT);
		this.state.act(new Action.Verify(this.state.attempt().id(), this.state.attempt().release()));
	}

	void verified(Event.Verified verified) {
		if (!this.state.attempt().id().equals(verified.handoffId())) {
			return;
		}
		if (verified.problem() != null) {
			fail(FailureCode.VERIFY, verified.problem());
			return;
		}
		launchOrOffer();
	}

	private void launchOrOffer() {
		this.state.capDeadline(this.state.limits().ready().multipliedBy(HandoffMachine.READY_TIMEOUT_CAP));
		if (this.successor != null) {
			offer(false);
			return;
		}
		this.state.enter(Phase.LAUNCHING);
		this.state.extendDeadline();
		this.launching = true;
		this.state.act(new Action.Launch(this.state.attempt().id(), this.state.attempt().release()));
	}

	void noteLaunched(Event.Launched launched) {
		this.launching = false;
		this.launched = launched.process();
		if (this.successor == null) {
			this.state.attempt()
				.successor(launched.process().pid(), this.state.generation() + 1, this.state.self().release());
		}
	}

	/** The report of the launch comes when the process serves already. */
	void noteLateLaunch(Event.Launched launched) {
		this.launching = false;
		this.launched = launched.process();
	}

	void offerToLaunched(Event.Received received) {
		Frame.Hello hello = (Frame.Hello) received.frame();
		if (!this.state.attempt().id().equals(hello.handoffId())) {
			this.state.refuse(received.link(), FailureCode.BUSY,
					"Handoff " + this.state.attempt().id() + " runs; one at a time.");
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
		this.state.attempt().successor(received.sender().pid(), this.state.generation() + 1, hello.release());
	}

	private void offer(boolean launched) {
		this.state.enter(Phase.SUCCESSOR_STARTING);
		this.state.extendDeadline();
		Peer successor = this.successor;
		this.offered = true;
		if (successor != null) {
			this.state.act(this.state.attempt().offer(successor.link(), launched));
		}
	}

	void noteProgress(Frame.Progress progress) {
		Stage reached = progress.stage();
		if (reached.compareTo(this.state.attempt().stage()) > 0 && reached.compareTo(Stage.HEALTH_CHECK) <= 0) {
			this.state.attempt().enter(reached, this.state.now());
		}
		this.state.extendDeadline();
	}

	void cutOver() {
		this.state.enter(Phase.CUTTING_OVER);
		this.state.setDeadline(HandoffMachine.CUTOVER_TIMEOUT);
		this.cutoverSent = true;
		this.state.send(this.successor, new Frame.Cutover(this.state.limits().ramp().toMillis()));
	}

	/**
	 * The successor serves: what follows is not this part's any more.
	 */
	Peer handOver() {
		Peer successor = this.successor;
		if (successor == null) {
			throw new IllegalStateException("Nobody serves");
		}
		this.successor = null;
		return successor;
	}

	// Its ways out: this process serves on

	void failLaunch(Event.LaunchFailed failed) {
		this.launching = false;
		fail(FailureCode.LAUNCH, failed.problem());
	}

	void failOffer(Event.OfferFailed failed) {
		if (this.state.attempt().id().equals(failed.handoffId())) {
			fail(FailureCode.LAUNCH, failed.problem());
		}
	}

	void failExited(Event.SuccessorExited exited) {
		boolean launcherOnly = this.successor != null && !this.successor.process().equals(this.launched);
		if (!exited.process().equals(this.launched) || launcherOnly) {
			return;
		}
		this.state.attempt().exitStatus(exited.exitStatus());
		this.grace = HandoffMachine.GRACE;
		fail(FailureCode.SUCCESSOR_EXITED, "The successor exited with status " + exited.exitStatus() + " in "
				+ this.state.attempt().stage() + "; its log says why.");
	}

	/**
	 * The launched process has exited after it has served, or after the handoff has
	 * failed.
	 */
	void noteExited(Event.SuccessorExited exited) {
		if (exited.process().equals(this.launched)) {
			this.state.attempt().exitStatus(exited.exitStatus());
		}
	}

	void failBye(Frame.Bye bye) {
		this.grace = HandoffMachine.GRACE;
		fail((bye.code() != null) ? bye.code() : FailureCode.SUCCESSOR_EXITED,
				(bye.text() != null) ? bye.text() : "The successor gave up.");
	}

	void failLink(Event.LinkEnded ended) {
		this.grace = HandoffMachine.GRACE;
		String problem = (ended.problem() != null) ? ended.problem() : "It exited, or closed the connection.";
		fail((ended.problem() != null) ? FailureCode.PROTOCOL : FailureCode.SUCCESSOR_EXITED,
				"The connection to the successor ended in " + this.state.attempt().stage() + ". " + problem);
	}

	void failSilent() {
		// It can make no use of any time to end by itself
		this.silent = true;
		fail(FailureCode.TIMEOUT, "The successor stopped answering in " + this.state.attempt().stage() + ".");
	}

	void fail(FailureCode code, String message) {
		this.state.attempt().fail(code, message);
		this.state.endLink(this.successor, reason(code), code, message);
		this.state.enter(Phase.FENCING);
		this.state.setDeadline(HandoffMachine.FENCE_TIMEOUT);
		if (!this.launching) {
			fence();
		}
	}

	private ByeReason reason(FailureCode code) {
		return switch (code) {
			case PROTOCOL -> ByeReason.PROTOCOL;
			case REFUSED, VERIFY -> ByeReason.REFUSED;
			default -> this.state.isStopping() ? ByeReason.STOPPING : ByeReason.ABORTED;
		};
	}

	void fenceLateLaunch(Event.Launched launched) {
		noteLaunched(launched);
		fence();
	}

	/**
	 * Whoever has the listeners would take over when this process exits, should it not
	 * have heard that the handoff is over. It has time to end by itself, but not after
	 * CUTOVER: it may open its gates at any moment.
	 */
	private void fence() {
		List<ProcessId> targets = new ArrayList<>();
		if (this.launched != null) {
			targets.add(this.launched);
		}
		if (this.successor != null && !this.successor.process().equals(this.launched)
				&& (this.offered || this.launched != null)) {
			targets.add(this.successor.process());
		}
		if (targets.isEmpty()) {
			afterFence();
			return;
		}
		boolean atOnce = this.cutoverSent || this.state.isStopping() || this.silent;
		this.state.act(new Action.Fence(this.state.attempt().id(), targets,
				atOnce ? Duration.ZERO : HandoffMachine.GRACE.plus(this.grace),
				atOnce ? Duration.ZERO : HandoffMachine.GRACE));
	}

	void noteFenced(Event.Fenced fenced) {
		if (!this.state.attempt().id().equals(fenced.handoffId())) {
			return;
		}
		if (fenced.dead() || !this.cutoverSent) {
			afterFence();
		}
		else if (this.state.isStopping()) {
			// It may serve
			conclude(false);
		}
		else {
			// It may act at any moment, and the path is not ours while it does
			this.state.setDeadline(HandoffMachine.FENCE_INTERVAL);
		}
	}

	void afterFence() {
		this.launching = false;
		if (this.cutoverSent && !this.state.isStopping()) {
			this.state.enter(Phase.RECLAIMING);
			this.state.setDeadline(HandoffMachine.ANSWER_TIMEOUT);
			this.state.act(new Action.TakePath());
		}
		else {
			conclude();
		}
	}

	void conclude() {
		conclude(this.cutoverSent);
	}

	private void conclude(boolean contested) {
		this.state.remember(null);
		forget();
		serveOn(contested);
	}

	/**
	 * This process is the active one, as it was before.
	 * @param contested whether another one may have said that of itself meanwhile
	 */
	private void serveOn(boolean contested) {
		this.state.begin(null);
		this.state.enter(Phase.IDLE);
		if (contested) {
			this.state.act(new Action.BecomeActive());
		}
	}

	private void forget() {
		this.launched = null;
		this.successor = null;
		this.launching = false;
		this.cutoverSent = false;
		this.silent = false;
		this.offered = false;
		this.grace = Duration.ZERO;
	}

	/**
	 * Told to stop in the middle of a handoff. A successor that was told to serve does:
	 * it may accept already.
	 */
	void stop() {
		if (this.state.phase() == Phase.FENCING) {
			if (!this.launching) {
				fence();
			}
		}
		else if (this.state.phase() != Phase.CUTTING_OVER) {
			fail(FailureCode.ABORTED, "The predecessor was told to stop.");
		}
	}

	void deadlineOver() {
		switch (this.state.phase()) {
			case RELEASING -> {
				OlderGeneration able = this.older.ableToResume();
				if (able != null) {
					fenceUnreleased(able);
				}
			}
			case FENCING -> {
				// A launch that has not come so far as to fail is not waited for any
				// longer
				this.launching = false;
				this.state.setDeadline(HandoffMachine.FENCE_TIMEOUT);
				fence();
			}
			case RECLAIMING -> conclude();
			case REVERTING -> fenceReverting();
			case RESTORING_PATH -> pathRestored();
			default -> fail(FailureCode.TIMEOUT, timeoutMessage());
		}
	}

	private String timeoutMessage() {
		Stage stage = this.state.attempt().stage();
		return switch (this.state.phase()) {
			case LAUNCHING, SUCCESSOR_STARTING ->
				"The successor did not get beyond " + stage + " within " + this.state.limits().ready().toSeconds()
						+ " s. See its log; if it needs longer, raise hotswap.ready-timeout.";
			case CUTTING_OVER -> "The successor was told to take over and did not serve within "
					+ HandoffMachine.CUTOVER_TIMEOUT.toSeconds() + " s. See its log.";
			default -> "The answer of " + stage + " did not come within " + HandoffMachine.CHECK_TIMEOUT.toSeconds()
					+ " s; see which bean blocks.";
		};
	}

	// Back to the predecessor

	/**
	 * Ask the predecessor to serve again.
	 * @return the handoff that is reverted, or {@code null} if there is nobody to ask
	 */
	@Nullable String revert() {
		OlderGeneration able = this.older.ableToResume();
		Attempt succession = this.older.succession();
		boolean possible = able != null && able.isLinked() && !able.isDoomed()
				&& able.generation() < this.state.generation();
		if (able == null || !possible || succession == null) {
			return null;
		}
		forget();
		this.state.begin(succession);
		this.state.enter(Phase.REVERTING);
		this.state.setDeadline(HandoffMachine.CUTOVER_TIMEOUT);
		this.state.act(new Action.SendRevert(able.peer().link()));
		return succession.id();
	}

	/** The predecessor may have opened its gates, or be about to. */
	private void fenceReverting() {
		OlderGeneration able = this.older.ableToResume();
		if (able != null) {
			this.state.setDeadline(HandoffMachine.ANSWER_TIMEOUT);
			this.state.act(able.fence());
		}
	}

	/**
	 * The predecessor serves again.
	 * @return whether that is so; one that is being killed does not
	 */
	boolean isReverted() {
		OlderGeneration able = this.older.ableToResume();
		if (able == null || able.isDoomed()) {
			return false;
		}
		this.state.attempt().fail(FailureCode.ABORTED, "An operator reverted to the predecessor.");
		this.state.remember(null);
		return true;
	}

	void restorePath() {
		this.state.enter(Phase.RESTORING_PATH);
		this.state.setDeadline(HandoffMachine.ANSWER_TIMEOUT);
		this.state.act(new Action.TakePath());
	}

	void pathRestored() {
		serveOn(true);
	}

	// Small parts

	private void enterAndTell(Phase phase) {
		this.state.enter(phase);
		this.state.send(this.successor, new Frame.Progress(phase.stage()));
	}

	private boolean accepts(int link, Frame.Hello hello) {
		if (!this.state.application().equals(hello.application())) {
			this.state.refuse(link, FailureCode.OTHER_APPLICATION,
					"This address is served by application \"" + this.state.application() + "\" (pid "
							+ this.state.self().pid() + "), not by \"" + hello.application()
							+ "\". Start it on another port, or set the same hotswap.application in both.");
			return false;
		}
		if (hello.version() < HandoffMachine.PROTOCOL_VERSION) {
			this.state.refuse(link, FailureCode.PROTOCOL,
					"The running process speaks version " + HandoffMachine.PROTOCOL_VERSION
							+ " of the control protocol, the new one " + hello.version() + ".");
			return false;
		}
		return true;
	}

	@Override
	public String toString() {
		return ((this.successor != null) ? " to " + this.successor.process().pid() : "")
				+ (this.launching ? " launching" : "") + (this.cutoverSent ? " cutover" : "")
				+ (this.silent ? " silent" : "") + (this.offered ? " offered" : "");
	}

}
