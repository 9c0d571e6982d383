package dev.hotswap.handoff;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeSet;

import dev.hotswap.process.ProcessId;
import org.jspecify.annotations.Nullable;

/**
 * A process of a {@link SimulatedWorld}.
 */
final class SimulatedProcess {

	final int number;

	final ProcessId id;

	final HandoffMachine machine;

	boolean alive = true;

	boolean stopped;

	boolean listener;

	boolean gates;

	boolean told;

	boolean adoptionClosed;

	boolean draining;

	/** For whom it stopped to accept, or stops. */
	@Nullable SimulatedProcess leftTo;

	int moveTo = HandoffMachine.NO_LINK;

	final TreeSet<Integer> held = new TreeSet<>();

	final TreeSet<Integer> kept = new TreeSet<>();

	final List<Object> tasks = new ArrayList<>();

	final Deque<Event> answers = new ArrayDeque<>();

	private int ids;

	/** For how many seconds it has had something to do. */
	int working;

	SimulatedProcess(int number, HandoffLimits limits, long now) {
		this.number = number;
		this.id = new ProcessId(1000 + number, number);
		this.machine = new HandoffMachine("shop", this.id.pid(), null, limits,
				() -> "h" + this.number + "-" + ++this.ids, now);
	}

	boolean runs() {
		return this.alive && !this.stopped;
	}

	@Override
	public String toString() {
		return this.number + (this.alive ? "" : " dead") + (this.stopped ? " stopped" : "")
				+ (this.gates ? " open" : "") + (this.listener ? " listens" : "")
				+ (this.adoptionClosed ? " closed" : "") + (this.draining ? " drains>" + this.moveTo : "") + " "
				+ ((this.leftTo != null) ? "to " + this.leftTo.number + " " : "") + this.held + this.kept + " "
				+ this.machine + " tasks" + this.tasks + " answers" + this.answers;
	}

}
