package dev.hotswap.handoff;

import java.time.Duration;
import java.util.List;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRecord;
import dev.hotswap.control.ByeReason;
import dev.hotswap.process.ProcessId;
import org.jspecify.annotations.Nullable;

/**
 * What an older generation does once its successor serves: it drains, stands by and
 * exits, or it serves again.
 */
final class LeavingSteps {

	/**
	 * What is known of a successor that could be succeeded by its predecessor.
	 */
	private enum Watch {

		/** It serves. */
		SERVING,

		/** Its link has ended: is it dead? */
		CHECKING,

		/** It is silent, and is being killed. */
		FENCING,

		/** It is silent, and could not be killed yet. */
		UNFENCED

	}

	private final MachineState state;

	private final OlderGenerations older;

	private @Nullable Peer successor;

	private Watch watch = Watch.SERVING;

	private boolean released;

	/** Serves again, once it has stopped to accept. */
	private boolean resuming;

	/** ... since it was asked to. */
	private boolean reverted;

	private boolean pathRetaken;

	private boolean handedBack;

	private HandoffRecord.@Nullable Connections connections;

	private long lastTold;

	private long lastFence;

	LeavingSteps(MachineState state, OlderGenerations older) {
		this.state = state;
		this.older = older;
	}

	boolean knows(Peer peer) {
		return peer.equals(this.successor);
	}

	boolean isLink(int link) {
		return this.successor != null && this.successor.link() == link;
	}

	boolean isProcess(ProcessId process) {
		return this.successor != null && this.successor.process().equals(process);
	}

	@Nullable ProcessId successor() {
		return (this.successor != null) ? this.successor.process() : null;
	}

	/**
	 * Whether this process would serve again if its successor died now.
	 */
	boolean mayResume() {
		return this.state.isIn(Phase.RAMPING, Phase.STOPPING_ACCEPT, Phase.DRAINING, Phase.STANDBY) && !this.released;
	}

	// The order in which it happens

	/**
	 * Another process serves.
	 * @param successor which one
	 * @param handedBack whether it is the former predecessor; this process is released
	 * then
	 */
	void begin(Peer successor, boolean handedBack) {
		this.successor = successor;
		this.handedBack = handedBack;
		this.released = handedBack || this.state.isStopping();
		this.resuming = false;
		this.reverted = false;
		this.watch = Watch.SERVING;
		this.connections = null;
		this.lastTold = this.state.now();
		if (this.released) {
			stopAccepting();
			this.state.send(successor, new Frame.Released());
		}
		else if (this.state.limits().ramp().isZero()) {
			stopAccepting();
		}
		else {
			rampDown(this.state.limits().ramp());
		}
		this.older.redirect();
	}

	/** Both accept; whoever is left alone with that takes all. */
	private void rampDown(Duration over) {
		this.state.enter(Phase.RAMPING);
		this.state.setDeadline(over);
		this.state.act(new Action.RampDown(over));
	}

	private void stopAccepting() {
		this.state.enter(Phase.STOPPING_ACCEPT);
		this.state.setDeadline(HandoffMachine.ANSWER_TIMEOUT);
		this.state.act(new Action.StopAccepting());
	}

	void drain() {
		if (this.resuming) {
			reopen();
			return;
		}
		this.state.enter(Phase.DRAINING);
		this.state.setDeadline(this.state.limits().drain().plus(HandoffMachine.ANSWER_TIMEOUT));
		Peer successor = this.successor;
		this.state.act(new Action.Drain((successor != null) ? successor.link() : HandoffMachine.NO_LINK));
		if (this.state.isStopping()) {
			this.state.act(new Action.HastenDrain(false));
		}
		tellHeld(this.state.limits().drain());
	}

	void noteAnswer(Frame.Answered answer) {
		this.state.act(new Action.NoteAnswer(answer));
	}

	void drained(HandoffRecord.Connections connections) {
		this.connections = connections;
		boolean sure = this.watch == Watch.SERVING;
		if (this.released || (sure && this.state.limits().standby().isZero())) {
			exit();
			return;
		}
		tellStory();
		this.state.enter(Phase.STANDBY);
		this.state.setDeadline(this.state.limits().standby());
		tellHeld(this.state.limits().standby());
	}

	private void tellStory() {
		HandoffRecord story = this.state.remember(this.connections);
		if (!this.handedBack) {
			this.state.send(this.successor, new Frame.Drained(story));
		}
	}

	private void exit() {
		tellStory();
		this.state.endLink(this.successor, ByeReason.RELEASED, null, "drained");
		this.state.enter(Phase.DRAINED);
		if (this.state.isStopping()) {
			this.state.act(new Action.Stopped());
			return;
		}
		this.state.act(new Action.Exit(null, "handed over and drained (" + this.connections + ")"));
	}

	/** The active process shows what its older generations hold. */
	void tick() {
		if (this.watch == Watch.UNFENCED
				&& this.state.now() - this.lastFence >= HandoffMachine.FENCE_INTERVAL.toNanos()) {
			fenceSuccessor();
		}
		if (this.state.isIn(Phase.RAMPING, Phase.DRAINING, Phase.STANDBY)
				&& this.state.now() - this.lastTold >= HandoffMachine.TELL_INTERVAL.toNanos()) {
			tellHeld(switch (this.state.phase()) {
				case RAMPING -> this.state.left().plus(this.state.limits().drain());
				case DRAINING -> leftToDrain();
				default -> this.state.left();
			});
		}
	}

	private Duration leftToDrain() {
		Duration left = this.state.left().minus(HandoffMachine.ANSWER_TIMEOUT);
		return left.isNegative() ? Duration.ZERO : left;
	}

	private void tellHeld(Duration left) {
		this.lastTold = this.state.now();
		if (this.successor != null) {
			this.state.act(new Action.TellHeld(this.successor.link(), this.state.attempt().id(),
					this.state.generation(), this.state.phase().role(), left));
		}
	}

	// It becomes one that can resume no more

	void release(Frame.Release release) {
		if (this.watch != Watch.SERVING || this.resuming) {
			// Whoever asks is as good as dead
			return;
		}
		this.state.send(this.successor, new Frame.Released());
		if (release.atOnce()) {
			this.state.act(new Action.HastenDrain(true));
		}
		released();
	}

	private void released() {
		this.released = true;
		if (this.state.phase() == Phase.RAMPING) {
			stopAccepting();
		}
		else if (this.state.phase() == Phase.STANDBY) {
			exit();
		}
	}

	/** An operator stops the service, or the two cannot talk to each other. */
	void obeySuccessor() {
		if (!this.resuming) {
			this.state.act(new Action.SuccessorLost(false));
			this.successor = null;
			released();
		}
	}

	/** The successor has handed over, too. */
	void redirect() {
		if (this.watch == Watch.SERVING && !this.resuming) {
			rejoin();
		}
	}

	private void rejoin() {
		Peer former = this.successor;
		this.successor = null;
		released();
		if (former != null && this.state.isIn(Phase.STOPPING_ACCEPT, Phase.DRAINING)) {
			this.state.act(new Action.Rejoin(former.process(), former.link()));
		}
	}

	void rejoined(Event.Rejoined rejoined) {
		this.successor = new Peer(rejoined.link(), rejoined.active());
		this.state.act(new Action.MoveOver(rejoined.link()));
		tellHeld(leftToDrain());
	}

	void stop() {
		if (this.state.isIn(Phase.REOPENING, Phase.RETAKING_PATH) || this.resuming) {
			// It serves first and leaves then
			return;
		}
		if (!this.released) {
			this.state.send(this.successor, new Frame.Released());
		}
		this.released = true;
		switch (this.state.phase()) {
			case RAMPING -> stopAccepting();
			case DRAINING -> this.state.act(new Action.HastenDrain(false));
			case STANDBY -> exit();
			default -> {
				// The drain to come is a short one
			}
		}
	}

	// It serves again

	void linkEnded() {
		if (this.successor == null || this.watch != Watch.SERVING) {
			return;
		}
		this.watch = Watch.CHECKING;
		this.state.act(new Action.CheckPeer(this.successor.process()));
	}

	void linkSilent() {
		if (mayResume() && this.watch == Watch.SERVING && !this.resuming) {
			fenceSuccessor();
		}
	}

	private void fenceSuccessor() {
		if (this.successor != null) {
			this.watch = Watch.FENCING;
			this.lastFence = this.state.now();
			this.state.act(new Action.FencePeer(this.successor.process(), true));
		}
	}

	void checked(boolean dead) {
		Watch before = this.watch;
		if (dead && !this.released) {
			this.watch = Watch.SERVING;
			this.successor = null;
			this.reverted = false;
			resume((before == Watch.CHECKING) ? FailureCode.SUCCESSOR_EXITED : FailureCode.TIMEOUT,
					(before == Watch.CHECKING) ? "The successor died after it had taken over."
							: "The successor stopped answering after it had taken over, and was killed.");
		}
		else if (before == Watch.FENCING && !dead) {
			this.watch = Watch.UNFENCED;
		}
		else {
			this.watch = Watch.SERVING;
			if (this.resuming) {
				this.resuming = false;
				this.reverted = false;
				this.state.attempt().goOn();
			}
			this.state.act(new Action.SuccessorLost(dead));
			rejoin();
		}
	}

	void revert(Frame.Revert revert) {
		if (this.released || this.watch != Watch.SERVING || this.resuming) {
			this.state.send(this.successor, new Frame.Released());
			return;
		}
		this.state.act(new Action.Inherit(revert.history()));
		this.reverted = true;
		resume(FailureCode.ABORTED, "An operator reverted to this process.");
	}

	/**
	 * Ask the successor to hand back.
	 * @return the handoff that is to be reverted, or {@code null}
	 */
	@Nullable String askForRevert() {
		if (!mayResume() || this.watch != Watch.SERVING || this.resuming) {
			return null;
		}
		this.state.send(this.successor, new Frame.Revert(List.of()));
		return this.state.attempt().id();
	}

	private void resume(FailureCode code, String message) {
		this.resuming = true;
		this.state.attempt().fail(code, message);
		if (this.state.phase() != Phase.STOPPING_ACCEPT) {
			reopen();
		}
	}

	private void reopen() {
		this.pathRetaken = false;
		this.state.enter(Phase.REOPENING);
		this.state.setDeadline(HandoffMachine.ANSWER_TIMEOUT);
		this.state.act(new Action.Reopen(!this.reverted));
	}

	void retakePath() {
		this.state.enter(Phase.RETAKING_PATH);
		this.state.setDeadline(HandoffMachine.ANSWER_TIMEOUT);
		this.state.act(new Action.TakePath());
	}

	/**
	 * The control path is this process's again.
	 * @return whether it serves; not while it is to be handed back to, and it is not
	 * known whether the one that does is still there
	 */
	boolean serve() {
		this.pathRetaken = true;
		Peer successor = this.successor;
		if (this.reverted && this.watch != Watch.SERVING) {
			return false;
		}
		if (this.reverted && this.state.isStopping()) {
			// The successor still serves: it is not to be left alone with that
			this.state.send(successor, new Frame.Released());
			stayReleased();
			return false;
		}
		if (this.reverted && successor != null) {
			this.state.send(successor, new Frame.Serving());
			this.older.revertedFrom(successor, this.state.attempt().id(), this.state.generation() + 1);
		}
		this.state.remember(this.connections);
		this.state.begin(null);
		this.successor = null;
		this.resuming = false;
		return true;
	}

	/** The link to a successor that hands back has ended. */
	void linkEndedWhileReverting() {
		if (this.reverted && this.watch == Watch.SERVING && this.successor != null) {
			this.watch = Watch.CHECKING;
			this.state.act(new Action.CheckPeer(this.successor.process()));
		}
	}

	/**
	 * It is known whether a successor that was handing back is dead. One that lives
	 * serves: it has not heard that this process does.
	 * @return whether this process can serve now
	 */
	boolean checkedWhileReverting(boolean dead) {
		this.watch = Watch.SERVING;
		this.reverted = false;
		if (dead) {
			this.successor = null;
			return this.pathRetaken;
		}
		this.successor = null;
		stayReleased();
		return false;
	}

	/** It drains after all. */
	private void stayReleased() {
		this.reverted = false;
		this.resuming = false;
		this.released = true;
		this.state.attempt().goOn();
		stopAccepting();
	}

	// Time

	void deadlineOver() {
		if (this.watch != Watch.SERVING && this.state.isIn(Phase.RAMPING, Phase.STANDBY)) {
			// It may be needed
			this.state.setDeadline(HandoffMachine.FENCE_INTERVAL);
			return;
		}
		switch (this.state.phase()) {
			case RAMPING -> stopAccepting();
			case STOPPING_ACCEPT -> drain();
			case DRAINING -> drained(new HandoffRecord.Connections(0, 0, 0, 0));
			case STANDBY -> exit();
			case REOPENING -> retakePath();
			default -> {
				// The others are not this part's
			}
		}
	}

	@Override
	public String toString() {
		return " from " + ((this.successor != null) ? this.successor.process().pid() : "nobody") + " " + this.watch
				+ (this.released ? " released" : "") + (this.resuming ? " resuming" : "")
				+ (this.reverted ? " reverted" : "") + (this.pathRetaken ? " retaken" : "")
				+ (this.handedBack ? " handedBack" : "");
	}

}
