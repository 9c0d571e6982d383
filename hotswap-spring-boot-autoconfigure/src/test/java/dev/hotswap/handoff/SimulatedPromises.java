package dev.hotswap.handoff;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * What must hold in a {@link SimulatedWorld}: after each step, and when everything has
 * come to its end.
 */
final class SimulatedPromises {

	/** Phases in which a process shares the address with another one, for a moment. */
	private static final Set<Phase> CUTOVER = Set.of(Phase.CUTTING_OVER, Phase.FENCING, Phase.RECLAIMING, Phase.RAMPING,
			Phase.STOPPING_ACCEPT, Phase.REVERTING, Phase.RESTORING_PATH, Phase.REOPENING, Phase.RETAKING_PATH,
			Phase.TAKING_PATH, Phase.OPENING_GATES);

	/** Phases in which a process is the active one, and knows of no other. */
	private static final Set<Phase> ALONE = Set.of(Phase.IDLE, Phase.PRECHECKING, Phase.RELEASING, Phase.VERIFYING,
			Phase.LAUNCHING, Phase.SUCCESSOR_STARTING);

	private static final Set<Phase> STOPS = Set.of(Phase.STOPPING_ACCEPT, Phase.LEAVING, Phase.DRAINED, Phase.ENDING);

	/**
	 * Phases in which a process has the listener and rightly does not accept: the one
	 * that did has died or been told to stop, and this one is on its way to serve (the
	 * successor of a predecessor that died; whoever reopens), or has yet to learn of it.
	 */
	private static final Set<Phase> MAY_KEEP_WAITING = Set.of(Phase.STARTING, Phase.WARMING_UP, Phase.CHECKING_HEALTH,
			Phase.READY, Phase.TAKING_PATH, Phase.OPENING_GATES, Phase.STOPPING_ACCEPT, Phase.DRAINING, Phase.STANDBY,
			Phase.REOPENING, Phase.DRAINED, Phase.LEAVING, Phase.ENDING);

	private static final Set<Phase> MAY_INHERIT = Set.of(Phase.STARTING, Phase.WARMING_UP, Phase.CHECKING_HEALTH,
			Phase.READY);

	private final List<SimulatedProcess> nodes;

	private final Map<Integer, SimulatedLink> links;

	/** Those whose gates were open when any was. */
	private final List<SimulatedProcess> acceptedLast = new ArrayList<>();

	SimulatedPromises(List<SimulatedProcess> nodes, Map<Integer, SimulatedLink> links) {
		this.nodes = nodes;
		this.links = links;
	}

	/**
	 * Check what holds at every moment.
	 */
	void check(@Nullable SimulatedProcess pathOwner, @Nullable SimulatedProcess named, Set<Integer> livingConnections) {
		SimulatedProcess candidate = null;
		SimulatedProcess accepting = null;
		SimulatedProcess alone = null;
		for (SimulatedProcess node : this.nodes) {
			if (!node.alive) {
				continue;
			}
			Phase phase = node.machine.phase();
			if (isCandidate(node)) {
				require(candidate == null, "two could take the active one's place: ", this.nodes);
				candidate = node;
			}
			if (node.gates && !CUTOVER.contains(phase)) {
				require(accepting == null, "two accept outside a cutover: ", this.nodes);
				accepting = node;
			}
			if (ALONE.contains(phase)) {
				require(alone == null, "two are active: ", this.nodes);
				alone = node;
				require(node == pathOwner, "the active one does not own the control path: ", this.nodes);
				require(node == named, "the active one is not the one that is named: ", this.nodes);
				require(node.gates, "the active one does not accept: ", this.nodes);
			}
		}
		checkAccepting();
		for (int connection : livingConnections) {
			int holders = 0;
			boolean kept = false;
			for (SimulatedProcess node : this.nodes) {
				holders += node.held.contains(connection) ? 1 : 0;
				kept |= node.kept.contains(connection);
			}
			require(holders <= 1, "two serve a connection: ", this.nodes);
			require(kept || holders == 1, "nobody has a connection: ", this.nodes);
		}
	}

	/**
	 * Whoever has its gates open accepts; one that is stopped does so again, or is
	 * noticed and killed.
	 */
	private void checkAccepting() {
		boolean accepted = false;
		for (SimulatedProcess node : this.nodes) {
			if (node.gates) {
				if (!accepted) {
					this.acceptedLast.clear();
				}
				this.acceptedLast.add(node);
				accepted = true;
			}
		}
		if (accepted) {
			return;
		}
		boolean explained = this.acceptedLast.stream()
			.anyMatch((node) -> isGoneOrTold(node) || isGoneOrTold(node.leftTo));
		for (SimulatedProcess node : this.nodes) {
			if (node.runs() && node.listener) {
				require(explained && MAY_KEEP_WAITING.contains(node.machine.phase()),
						"a listener without an accepting process: ", this.nodes);
			}
		}
	}

	private static boolean isGoneOrTold(@Nullable SimulatedProcess node) {
		return node != null && (!node.alive || node.told);
	}

	/** What {@link #check} depends on and no process shows. */
	String memory() {
		return this.acceptedLast.stream().map((node) -> node.number).toList().toString();
	}

	/** Whether it would serve, if the active process died now. */
	private boolean isCandidate(SimulatedProcess node) {
		if (!node.alive) {
			return false;
		}
		boolean inherits = MAY_INHERIT.contains(node.machine.phase());
		return (inherits || node.machine.mayResume())
				&& !hasReceived(node, (frame) -> frame instanceof Frame.Bye || frame instanceof Frame.Release);
	}

	/** Called all the time, so it makes no streams. */
	boolean hasReceived(SimulatedProcess node, Predicate<Object> what) {
		for (SimulatedLink link : this.links.values()) {
			if (link.isOf(node)) {
				for (Object frame : link.to.get(link.side(node))) {
					if (what.test(frame)) {
						return true;
					}
				}
			}
		}
		return false;
	}

	boolean isAbleToServe(SimulatedProcess node) {
		boolean doomed = this.nodes.stream()
			.flatMap((each) -> each.tasks.stream())
			.anyMatch((task) -> (task instanceof Action.FencePeer fence && fence.process().equals(node.id))
					|| (task instanceof Action.Fence fences && fences.processes().contains(node.id)));
		// Whoever is handed back to is on its own as soon as it has said that it serves
		boolean handsBack = node.machine.phase() == Phase.REVERTING
				&& hasReceived(node, Frame.Serving.class::isInstance);
		boolean givesUp = (node.machine.phase() == Phase.OPENING_GATES
				&& hasReceived(node, Frame.Bye.class::isInstance))
				|| hasReceived(node, Frame.Release.class::isInstance);
		return node.runs() && !node.told && !doomed && !handsBack && !givesUp
				&& ((node.gates && !STOPS.contains(node.machine.phase())) || isCandidate(node));
	}

	static void require(boolean condition, String promise, List<SimulatedProcess> nodes) {
		if (!condition) {
			throw new AssertionError(promise + nodes);
		}
	}

	/**
	 * Check how it ended.
	 * @param mayBeGone whether it is no wonder if nobody is left
	 */
	void checkEnd(boolean mayBeGone) {
		List<SimulatedProcess> alive = this.nodes.stream().filter((node) -> node.alive).toList();
		require(alive.size() <= 1, "more than one process is left: ", alive);
		require(alive.stream().allMatch((node) -> node.gates && node.machine.phase() == Phase.IDLE),
				"the one that is left does not serve: ", alive);
		require(!alive.isEmpty() || mayBeGone, "nobody serves any more: ", this.nodes);
		for (SimulatedProcess node : alive) {
			require(node.kept.isEmpty(), "a descriptor is left: ", alive);
			require(node.machine.draining().isEmpty(), "one that is gone is still said to drain: ", alive);
		}
	}

}
