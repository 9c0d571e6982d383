package dev.hotswap.handoff;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffStatus;
import dev.hotswap.control.ByeReason;
import dev.hotswap.process.ProcessId;
import org.jspecify.annotations.Nullable;

/**
 * The older generations that still drain, as the active process deals with them. At most
 * one of them, its own predecessor, can resume; the others have been released and have
 * come here by themselves when the process they talked to handed over.
 */
final class OlderGenerations {

	private final MachineState state;

	private final List<OlderGeneration> all = new ArrayList<>();

	/** The handoff that made this process the active one. */
	private @Nullable Attempt succession;

	private boolean proven;

	/** Not before that time, since the service may be about to stop. */
	private long provenFrom = Long.MIN_VALUE;

	OlderGenerations(MachineState state) {
		this.state = state;
	}

	@Nullable OlderGeneration find(Peer peer) {
		return this.all.stream().filter((each) -> each.peer().equals(peer)).findFirst().orElse(null);
	}

	private @Nullable OlderGeneration find(ProcessId process) {
		return this.all.stream().filter((each) -> each.peer().process().equals(process)).findFirst().orElse(null);
	}

	private @Nullable OlderGeneration find(int link) {
		return this.all.stream()
			.filter((each) -> each.isLinked() && each.peer().link() == link)
			.findFirst()
			.orElse(null);
	}

	/**
	 * The one that could take this process's place.
	 */
	@Nullable OlderGeneration ableToResume() {
		return this.all.stream().filter(OlderGeneration::mayResume).findFirst().orElse(null);
	}

	@Nullable Attempt succession() {
		return this.succession;
	}

	List<HandoffStatus.Draining> status() {
		return this.all.stream()
			.sorted(Comparator.comparing(OlderGeneration::generation).reversed())
			.map(OlderGeneration::status)
			.toList();
	}

	// How they come

	/**
	 * This process has taken over; its predecessor may be dead.
	 */
	void succeeded(@Nullable Peer predecessor, Attempt succession, HandoffRecord story) {
		this.succession = succession;
		if (predecessor != null) {
			this.all
				.add(new OlderGeneration(predecessor, succession.id(), succession.from().generation(), false, story));
		}
		proveUnlessAble();
	}

	/**
	 * This process has taken back what it had handed over. Until its former successor
	 * says that it has heard of that, it may take the path back by force.
	 */
	void revertedFrom(Peer successor, String handoffId, int generation) {
		this.all.add(new OlderGeneration(successor, handoffId, generation, false, null));
	}

	/**
	 * The predecessor has taken back what it had handed over.
	 */
	void handedBackTo(Peer predecessor) {
		this.all.removeIf((each) -> each.peer().equals(predecessor));
		// It has not proven itself, and never will
		this.succession = null;
	}

	void join(Event.Received received) {
		Frame.Draining draining = (Frame.Draining) received.frame();
		Peer peer = new Peer(received.link(), received.sender());
		if (!draining.application().equals(this.state.application())) {
			this.state.refuse(received.link(), FailureCode.OTHER_APPLICATION, "This is another application.");
			return;
		}
		HandoffRecord story = null;
		for (OlderGeneration known : List.copyOf(this.all)) {
			if (known.peer().process().equals(received.sender()) && known.generation() == draining.generation()) {
				story = known.untoldStory("");
				this.all.remove(known);
			}
		}
		// Whoever comes by itself has been released, or has found that out by itself
		OlderGeneration older = new OlderGeneration(peer, draining.handoffId(), draining.generation(), true, story);
		older.heard(draining, received.at());
		this.all.add(older);
		proveUnlessAble();
		limit();
	}

	/** Beyond the limit the oldest ends now what it still holds. */
	private void limit() {
		List<OlderGeneration> draining = this.all.stream()
			.filter((each) -> !each.isEndedAtOnce())
			.sorted(Comparator.comparing(OlderGeneration::generation))
			.toList();
		for (int i = 0; i < draining.size() - this.state.limits().generations(); i++) {
			draining.get(i).endAtOnce();
			draining.get(i).released();
			this.state.send(draining.get(i).peer(), new Frame.Release(true));
		}
	}

	// What they say

	void adopt(Event.Received received) {
		this.state.act(new Action.Adopt(received.link(), (Frame.Connections) received.frame()));
	}

	/** They would end with this process: the older generation keeps them. */
	void giveBack(Event.Received received) {
		Frame.Connections connections = (Frame.Connections) received.frame();
		List<Long> returned = connections.connections().stream().map(MovingConnection::id).toList();
		this.state.act(new Action.Discard(connections));
		this.state.act(new Action.Send(received.link(), new Frame.Answered(List.of(), returned)));
	}

	void hearStory(Event.Received received) {
		OlderGeneration older = find(received.link());
		if (older != null) {
			older.storyTold();
		}
		this.state.act(new Action.Remember(((Frame.Drained) received.frame()).story()));
	}

	void hearHeld(Event.Received received) {
		OlderGeneration older = find(received.link());
		if (older != null) {
			older.heard((Frame.Draining) received.frame(), received.at());
		}
	}

	void released(Event.Received received) {
		OlderGeneration older = find(received.link());
		if (older != null) {
			if (older.mayResume() && this.state.phase() != Phase.RELEASING) {
				// Told to stop, perhaps with the whole service
				this.provenFrom = this.state.now() + HandoffMachine.STOP_SPREAD.toNanos();
			}
			older.released();
			proveUnlessAble();
		}
	}

	void sayBye(Event.Received received) {
		OlderGeneration older = find(received.link());
		ByeReason reason = ((Frame.Bye) received.frame()).reason();
		if (older != null && (reason == ByeReason.RELEASED || reason == ByeReason.STOPPING)) {
			remove(older);
		}
		else if (older != null) {
			// It holds the handoff for failed, and is about to kill this process, or to
			// go
			unlink(older);
		}
	}

	// What happens to them

	/**
	 * A link has ended.
	 * @return whether it was one of theirs
	 */
	boolean linkEnded(int link) {
		OlderGeneration older = find(link);
		if (older == null) {
			return false;
		}
		unlink(older);
		return true;
	}

	private void unlink(OlderGeneration older) {
		older.linkEnded();
		check(older);
	}

	/**
	 * One that lives and can be talked to no more may still believe that it may resume.
	 */
	private void check(OlderGeneration older) {
		older.checkedAt(this.state.now());
		this.state.act(new Action.CheckPeer(older.peer().process()));
	}

	/**
	 * Whether time is to pass: one may be dead or not and is to be asked again, or this
	 * process has not proven itself yet although there is no way back.
	 */
	boolean awaitsTime() {
		return this.all.stream().anyMatch(OlderGeneration::isUnsure) || isWithoutWayBack();
	}

	void tick() {
		proveUnlessAble();
		this.all.stream()
			.filter((each) -> each.isUnsure()
					&& this.state.now() - each.checkedAt() >= HandoffMachine.CHECK_INTERVAL.toNanos())
			.forEach(this::check);
	}

	/**
	 * A link is silent.
	 * @return whether it was one of theirs
	 */
	boolean linkSilent(int link) {
		OlderGeneration older = find(link);
		if (older == null) {
			return false;
		}
		this.state.act(older.fence());
		return true;
	}

	/**
	 * It is known whether a process is dead.
	 * @return whether it was one of them
	 */
	boolean checked(Event.PeerChecked checked) {
		OlderGeneration older = find(checked.process());
		if (older == null) {
			return false;
		}
		if (checked.dead()) {
			HandoffRecord story = older.untoldStory("The predecessor (pid " + checked.process().pid()
					+ ") died before it had drained, or was killed since it had stopped answering.");
			if (story != null) {
				this.state.act(new Action.Remember(story));
			}
			remove(older);
		}
		else if (checked.fenced() || !older.isDoomed()) {
			older.survived();
			if (!older.isLinked() && !older.mayResume()) {
				remove(older);
			}
		}
		return true;
	}

	private void remove(OlderGeneration older) {
		this.all.remove(older);
		proveUnlessAble();
	}

	/**
	 * Whoever hands over does not stop: if there is no way back, that is no reason to
	 * wait any longer.
	 */
	void proveBeforeHandoff() {
		this.provenFrom = Long.MIN_VALUE;
		proveUnlessAble();
	}

	/**
	 * As soon as there is no way back, unless that is because an operator stops the
	 * service: what runs may be why.
	 */
	private void proveUnlessAble() {
		if (isWithoutWayBack() && this.state.now() >= this.provenFrom) {
			this.proven = true;
			this.state.act(new Action.Proven());
		}
	}

	private boolean isWithoutWayBack() {
		return !this.proven && this.succession != null && ableToResume() == null && !this.state.isStopping();
	}

	// The end of this process's time as the active one

	/** They are to talk to the process that is active now. */
	void redirect() {
		this.all.stream()
			.filter(OlderGeneration::isLinked)
			.forEach((each) -> this.state.send(each.peer(), new Frame.Redirect()));
	}

	/** None of them is to come back when this process stops. */
	void release() {
		this.all.stream().filter((each) -> each.mayResume() && each.isLinked()).forEach((each) -> {
			this.state.send(each.peer(), new Frame.Release(false));
			each.released();
		});
	}

	void sayGoodbye() {
		this.all.stream()
			.filter(OlderGeneration::isLinked)
			.forEach((each) -> this.state.endLink(each.peer(), ByeReason.STOPPING, null, "told to stop"));
	}

	@Override
	public String toString() {
		return this.all.toString();
	}

}
