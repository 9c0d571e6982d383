package dev.hotswap.handoff;

import java.time.Duration;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRecord;
import dev.hotswap.control.ByeReason;
import org.jspecify.annotations.Nullable;

/**
 * What a successor does until it serves.
 */
final class SuccessorSteps {

	private final MachineState state;

	private final OlderGenerations older;

	private @Nullable Peer predecessor;

	private boolean predecessorDead;

	private boolean killing;

	private Duration ramp = Duration.ZERO;

	/** The link has ended, and it is not known yet what that means. */
	private boolean linkLost;

	SuccessorSteps(MachineState state, OlderGenerations older) {
		this.state = state;
		this.older = older;
	}

	boolean knows(Peer peer) {
		return peer.equals(this.predecessor);
	}

	boolean isLink(int link) {
		return this.predecessor != null && this.predecessor.link() == link;
	}

	/**
	 * Whether nothing that a peer says counts any more.
	 */
	boolean isKilling(Peer peer) {
		return this.killing && knows(peer);
	}

	void sayHello(Event.PredecessorFound found) {
		this.predecessor = new Peer(found.link(), found.predecessor());
		this.state.enter(Phase.HELLO_SENT);
		this.state.setDeadline(HandoffMachine.HELLO_TIMEOUT);
		this.state.send(this.predecessor, new Frame.Hello(HandoffMachine.PROTOCOL_VERSION, this.state.application(),
				found.handoffId(), this.state.self().release()));
	}

	void keepWaiting() {
		this.state.setDeadline(HandoffMachine.WAIT_TIMEOUT);
	}

	void startWithOffer(Event.Received received) {
		Frame.Offer offer = (Frame.Offer) received.frame();
		if (offer.version() != HandoffMachine.PROTOCOL_VERSION) {
			this.state.act(new Action.Discard(offer));
			giveUp(FailureCode.PROTOCOL, "The predecessor wants to speak version " + offer.version()
					+ " of the control protocol; this release speaks " + HandoffMachine.PROTOCOL_VERSION + ".");
			return;
		}
		this.state.generation(offer.from().generation() + 1);
		Attempt attempt = new Attempt(offer.handoffId(), offer.trigger(), received.at(), offer.from(), null);
		HandoffRecord.Party self = this.state.self();
		attempt.successor(self.pid(), self.generation(), self.release());
		this.state.begin(attempt);
		this.state.enter(Phase.STARTING);
		this.state.act(new Action.StartWithOffer(offer));
	}

	void tellProgress() {
		this.state.send(this.predecessor, new Frame.Progress(this.state.phase().stage()));
	}

	void warmUp() {
		if (this.predecessorDead) {
			takePath();
			return;
		}
		enterAndTell(Phase.WARMING_UP);
		this.state.act(new Action.WarmUp());
	}

	void checkHealth(Event.WarmedUp warm) {
		if (warm.problem() != null) {
			giveUp(FailureCode.WARM_UP, warm.problem());
			return;
		}
		enterAndTell(Phase.CHECKING_HEALTH);
		this.state.act(new Action.CheckHealth());
	}

	void reportReady(Event.HealthChecked checked) {
		if (checked.problem() != null) {
			giveUp(FailureCode.UNHEALTHY, checked.problem());
			return;
		}
		this.state.enter(Phase.READY);
		this.state.setDeadline(HandoffMachine.WAIT_TIMEOUT);
		this.state.send(this.predecessor, new Frame.Ready());
	}

	void cutOver(Frame.Cutover cutover) {
		this.ramp = Duration.ofMillis(cutover.rampMillis());
		takePath();
	}

	private void takePath() {
		this.state.enter(Phase.TAKING_PATH);
		this.state.act(new Action.TakePath());
	}

	void openGates(Event.PathTaken taken) {
		if (taken.problem() != null && !this.predecessorDead) {
			giveUp(FailureCode.REFUSED, "The control socket could not be taken: " + taken.problem());
			return;
		}
		this.state.enter(Phase.OPENING_GATES);
		this.state.act(new Action.OpenGates(this.predecessorDead ? Duration.ZERO : this.ramp));
	}

	void serve() {
		this.state.send(this.predecessor, new Frame.Serving());
		HandoffRecord story = this.state.remember(null);
		Peer predecessor = this.predecessorDead ? null : this.predecessor;
		this.older.succeeded(predecessor, this.state.attempt(), story);
		if (predecessor != null && this.linkLost) {
			this.older.linkEnded(predecessor.link());
		}
		this.predecessor = null;
		this.state.begin(null);
	}

	// Its ways out

	void obeyPredecessor(Frame.Bye bye) {
		FailureCode code = (bye.code() != null) ? bye.code() : FailureCode.ABORTED;
		this.predecessor = null;
		giveUp(code, (bye.text() != null) ? bye.text() : "The predecessor ended the handoff.");
	}

	void giveUpFailed(Event.ApplicationFailed failed) {
		FailureCode code = (failed.code() != null) ? failed.code() : FailureCode.SUCCESSOR_EXITED;
		this.state.endLink(this.predecessor, ByeReason.ABORTED, code, failed.message());
		this.state.enter(Phase.ENDING);
		if (failed.code() != null) {
			this.state.act(new Action.Exit(failed.code(), failed.message()));
		}
	}

	void linkEnded() {
		this.linkLost = true;
		if (this.predecessor != null && !this.predecessorDead && !this.killing) {
			this.state.act(new Action.CheckPeer(this.predecessor.process()));
		}
	}

	void linkSilent() {
		// Before its offer it may well be stopped: nothing of it is here
		if (this.predecessor != null && this.state.phase() != Phase.HELLO_SENT) {
			this.killing = true;
			this.state.act(new Action.FencePeer(this.predecessor.process(), false));
		}
	}

	void startFreshOrGiveUp(Event.PeerChecked checked) {
		this.predecessor = null;
		if (checked.dead()) {
			this.state.enter(Phase.BOOTING);
			this.state.act(new Action.StartFresh());
		}
		else {
			giveUp(FailureCode.PREDECESSOR_UNREACHABLE,
					"The predecessor lives, but its connection ended before it offered its listeners.");
		}
	}

	void inheritOrGiveUp(Event.PeerChecked checked) {
		if (!checked.dead()) {
			this.killing = false;
			this.predecessor = null;
			giveUp(FailureCode.PREDECESSOR_UNREACHABLE,
					"The connection to the predecessor ended although it lives. It serves on.");
			return;
		}
		this.predecessorDead = true;
		if (this.state.isIn(Phase.WARMING_UP, Phase.CHECKING_HEALTH, Phase.READY)) {
			takePath();
		}
	}

	void giveUp(FailureCode code, String message) {
		this.state.endLink(this.predecessor, ByeReason.ABORTED, code, message);
		this.state.enter(Phase.ENDING);
		this.state.act(new Action.Exit(code, message));
	}

	/**
	 * Told to stop. What accepts by now, or is the only one that could, serves first and
	 * leaves then; before that nothing has been accepted here.
	 */
	void stop() {
		boolean last = this.state.phase() == Phase.TAKING_PATH && this.predecessorDead;
		if (this.state.phase() == Phase.OPENING_GATES || last) {
			return;
		}
		FailureCode code = (this.predecessor != null) ? FailureCode.ABORTED : null;
		this.state.endLink(this.predecessor, ByeReason.STOPPING, code, "told to stop");
		this.state.enter(Phase.ENDING);
		this.state.act(new Action.Stopped());
	}

	void deadlineOver() {
		switch (this.state.phase()) {
			case HELLO_SENT ->
				giveUp(FailureCode.PREDECESSOR_UNREACHABLE, "The predecessor did not offer its listeners in time.");
			case READY -> giveUp(FailureCode.TIMEOUT, "The predecessor did not cut over in time.");
			default -> {
				// The predecessor keeps the deadlines of the others
			}
		}
	}

	private void enterAndTell(Phase phase) {
		this.state.enter(phase);
		tellProgress();
	}

	@Override
	public String toString() {
		return (this.predecessor != null)
				? " of " + this.predecessor.process().pid() + (this.killing ? "#" : "") + (this.linkLost ? "?" : "")
				: "";
	}

}
