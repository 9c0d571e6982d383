package dev.hotswap.handoff;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRecord;
import dev.hotswap.Stage;
import dev.hotswap.control.ByeReason;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of {@link HandoffMachine} share: the phase, the one deadline, the
 * handoff that runs, and the actions to be done.
 */
final class MachineState {

	private static final long NEVER = Long.MAX_VALUE;

	private final String application;

	private final HandoffRecord.Party self;

	private final HandoffLimits limits;

	private final Supplier<String> ids;

	private List<Action> actions = new ArrayList<>();

	private Phase phase = Phase.BOOTING;

	private int generation = 1;

	private @Nullable Attempt attempt;

	private boolean stopping;

	private long now;

	private long deadline = NEVER;

	private long deadlineCap = NEVER;

	MachineState(String application, HandoffRecord.Party self, HandoffLimits limits, Supplier<String> ids, long now) {
		this.application = application;
		this.self = self;
		this.limits = limits;
		this.ids = ids;
		this.now = now;
	}

	String application() {
		return this.application;
	}

	HandoffLimits limits() {
		return this.limits;
	}

	String newId() {
		return this.ids.get();
	}

	/**
	 * This process as a side of a handoff.
	 */
	HandoffRecord.Party self() {
		return new HandoffRecord.Party(this.self.pid(), this.generation, this.self.release());
	}

	int generation() {
		return this.generation;
	}

	void generation(int generation) {
		this.generation = generation;
	}

	boolean isStopping() {
		return this.stopping;
	}

	void toldToStop() {
		this.stopping = true;
	}

	// Phases and the handoff that runs

	Phase phase() {
		return this.phase;
	}

	boolean isIn(Phase... phases) {
		return List.of(phases).contains(this.phase);
	}

	void enter(Phase phase) {
		clearDeadline();
		this.phase = phase;
		// A failed handoff stays in the stage it failed in while it is wound up
		if (this.attempt != null && phase.stage() != Stage.IDLE) {
			this.attempt.enter(phase.stage(), this.now);
		}
	}

	@Nullable Attempt running() {
		return this.attempt;
	}

	Attempt attempt() {
		if (this.attempt == null) {
			throw new IllegalStateException("No handoff runs in " + this.phase);
		}
		return this.attempt;
	}

	void begin(@Nullable Attempt attempt) {
		this.attempt = attempt;
	}

	HandoffRecord remember(HandoffRecord.@Nullable Connections connections) {
		attempt().leave(this.now);
		HandoffRecord story = attempt().record(connections);
		act(new Action.Remember(story));
		return story;
	}

	// Time

	long now() {
		return this.now;
	}

	/**
	 * Whether time matters now: without a deadline nobody needs to tell it.
	 */
	boolean hasDeadline() {
		return this.deadline != NEVER;
	}

	/**
	 * Note the time. After a long pause this process was stopped itself, and its deadline
	 * starts again.
	 */
	void passTo(long now) {
		long pause = now - this.now;
		if (pause > HandoffMachine.CLOCK_JUMP.toNanos() && hasDeadline()) {
			this.deadline += pause;
			this.deadlineCap = (this.deadlineCap != NEVER) ? this.deadlineCap + pause : NEVER;
		}
		this.now = now;
	}

	void setDeadline(Duration timeout) {
		this.deadline = this.now + timeout.toNanos();
	}

	/** Progress extends the ready-timeout, to a multiple of it at most. */
	void extendDeadline() {
		this.deadline = Math.min(this.now + this.limits.ready().toNanos(), this.deadlineCap);
	}

	void capDeadline(Duration cap) {
		this.deadlineCap = this.now + cap.toNanos();
	}

	void clearDeadline() {
		this.deadline = NEVER;
	}

	boolean isDeadlineOver() {
		return this.now >= this.deadline;
	}

	Duration left() {
		return Duration.ofNanos(hasDeadline() ? Math.max(0, this.deadline - this.now) : 0);
	}

	// Actions

	void act(Action action) {
		this.actions.add(action);
	}

	List<Action> takeActions() {
		List<Action> taken = this.actions;
		this.actions = new ArrayList<>();
		return taken;
	}

	void send(@Nullable Peer peer, Frame frame) {
		if (peer != null) {
			act(new Action.Send(peer.link(), frame));
		}
	}

	void endLink(@Nullable Peer peer, ByeReason reason, @Nullable FailureCode code, @Nullable String text) {
		if (peer != null) {
			act(new Action.EndLink(peer.link(), reason, code, text));
		}
	}

	void refuse(int link, FailureCode code, String text) {
		act(new Action.EndLink(link, ByeReason.REFUSED, code, text));
	}

	void accept(long request, String handoffId) {
		act(new Action.Accept(request, handoffId));
	}

	@Override
	public String toString() {
		return this.phase + ((this.attempt != null) ? " " + this.attempt.stage() : "")
				+ (this.stopping ? " stopping" : "") + (hasDeadline() ? " " + left().toMillis() : "");
	}

}
