package dev.hotswap.handoff;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffStatus;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.control.ByeReason;
import dev.hotswap.descriptor.Descriptor;
import dev.hotswap.process.ProcessId;
import dev.hotswap.web.IdleConnection;
import org.jspecify.annotations.Nullable;

/**
 * A world of processes that hand over to each other, in one thread: real state machines,
 * and simulated links, gates, connections, deaths, stops and a clock. At any moment it
 * offers {@linkplain #choices() what could happen next}; whoever runs it chooses. After
 * each step it checks the promises that hold at every moment.
 */
final class SimulatedWorld {

	static final Duration RAMP = Duration.ofSeconds(6);

	private static final long SECOND = Duration.ofSeconds(1).toNanos();

	/** In steps; a run that still goes on then goes round in circles. */
	private static final int LONGEST_END = 2000;

	/** Above all deadlines of the machine. */
	private static final int LONGEST_WAIT = 100;

	/** More than a cutover may take, less than the machine waits for an answer. */
	private static final int SLOWEST_WORK = 15;

	final List<SimulatedProcess> nodes = new ArrayList<>();

	private final TreeMap<Integer, SimulatedLink> links = new TreeMap<>();

	private final SimulatedPromises promises = new SimulatedPromises(this.nodes, this.links);

	private final Budget budget;

	private final HandoffLimits limits;

	private final Mutation mutation;

	/** What stands for all descriptors: nobody reads or closes it. */
	private final Descriptor descriptor;

	private long now;

	private int lastLink;

	private @Nullable SimulatedProcess pathOwner;

	/** Whom the PID file and the service manager hold for the active one. */
	private @Nullable SimulatedProcess named;

	private final TreeSet<Integer> livingConnections = new TreeSet<>();

	/** Whether the operator has told the service, not only one generation, to stop. */
	private boolean serviceTold;

	/** Whether somebody could serve after the last fault. */
	private boolean mustServe = true;

	/** Whoever has lost its link to the active process gives up, at worst with it. */
	private boolean broken;

	private int lastConnection;

	SimulatedWorld(Budget budget, Duration ramp, Mutation mutation, Descriptor descriptor) {
		this.budget = budget;
		this.limits = new HandoffLimits(Duration.ofSeconds(20), ramp, Duration.ofSeconds(15), Duration.ofSeconds(10),
				2);
		this.descriptor = descriptor;
		this.mutation = mutation;
		SimulatedProcess first = newNode();
		startFresh(first);
		perform(first, first.machine.handle(new Event.ApplicationReady(), this.now));
		connect(first);
		connect(first);
	}

	/**
	 * What may be done to this world.
	 */
	static final class Budget {

		int faults;

		int breaks;

		int orders;

		int processes;

		Budget(int faults, int breaks, int orders, int processes) {
			this.faults = faults;
			this.breaks = breaks;
			this.orders = orders;
			this.processes = processes;
		}

		@Override
		public String toString() {
			return this.faults + "," + this.breaks + "," + this.orders + "," + this.processes;
		}

	}

	/**
	 * A bug to be found.
	 */
	enum Mutation {

		NONE,

		/** Answers RELEASE without telling the machine. */
		RELEASE_IS_NOT_OBEYED,

		/** Says that a process is dead without killing it. */
		FENCE_DOES_NOT_KILL,

		/** Takes connections back that the successor may serve. */
		TAKES_BACK_FROM_THE_LIVING,

		/** Closes the gates with CUTOVER, not with SERVING. */
		STOPS_ACCEPTING_AT_CUTOVER

	}

	/**
	 * Something that could happen next.
	 *
	 * @param kind what
	 * @param node to which process
	 * @param number of the task or link
	 */
	record Choice(Kind kind, int node, int number) {

		@Override
		public String toString() {
			return this.kind + "(" + this.node + ((this.number >= 0) ? "," + this.number : "") + ")";
		}

	}

	enum Kind {

		/** A frame, or the end of a link, arrives. */
		DELIVER,

		/** A worker does its task. */
		WORK,

		/** The machine learns how a task went. */
		ANSWER,

		/** A connection moves to the successor. */
		MOVE,

		/** A client ends a connection. */
		LEAVE,

		/** The drain has nothing left. */
		DRAINED,

		/** Time passes until somebody does something about it. */
		WAIT,

		/** A peer that is stopped is noticed. */
		SILENT,

		TRIGGER, TAKE_OVER, ABORT_OR_REVERT,

		/** SIGTERM. */
		TERMINATE,

		KILL, STOP, CONTINUE,

		/** A link breaks although both processes live. */
		BREAK

	}

	private static final String END = "END";

	private static final String FIND_LAUNCHER = "FIND_LAUNCHER";

	private static final String FIND_INSTANCE = "FIND_INSTANCE";

	private static final String START = "START";

	// What could happen

	List<Choice> choices() {
		List<Choice> choices = new ArrayList<>();
		progress(choices);
		if (this.nodes.stream().anyMatch(SimulatedProcess::runs) && this.nodes.stream().noneMatch(this::mustWork)) {
			choices.add(new Choice(Kind.WAIT, 0, -1));
		}
		for (SimulatedProcess node : this.nodes) {
			disturb(choices, node);
		}
		this.links.forEach((number, link) -> {
			if (this.budget.breaks > 0 && !link.ended[0] && !link.ended[1] && link.ends[0].alive
					&& link.ends[1].alive) {
				choices.add(new Choice(Kind.BREAK, 0, number));
			}
		});
		return choices;
	}

	/** What happens without any fault, order or passing of time. */
	private void progress(List<Choice> choices) {
		for (SimulatedProcess node : this.nodes) {
			if (!node.runs()) {
				continue;
			}
			this.links.forEach((number, link) -> {
				if ((link.isOf(node)) && !link.to.get(link.side(node)).isEmpty()) {
					choices.add(new Choice(Kind.DELIVER, node.number, number));
				}
			});
			for (int i = 0; i < node.tasks.size(); i++) {
				if (canWork(node, node.tasks.get(i))) {
					choices.add(new Choice(Kind.WORK, node.number, i));
				}
			}
			if (!node.answers.isEmpty()) {
				choices.add(new Choice(Kind.ANSWER, node.number, -1));
			}
			if (node.draining && node.moveTo != HandoffMachine.NO_LINK && !node.held.isEmpty()) {
				choices.add(new Choice(Kind.MOVE, node.number, -1));
			}
			if (node.draining && node.moveTo == HandoffMachine.NO_LINK && !node.held.isEmpty()) {
				choices.add(new Choice(Kind.LEAVE, node.number, -1));
			}
			boolean adopting = node.tasks.stream().anyMatch(Action.Adopt.class::isInstance);
			if (node.draining && node.held.isEmpty() && node.kept.isEmpty() && !adopting) {
				choices.add(new Choice(Kind.DRAINED, node.number, -1));
			}
		}
	}

	private void disturb(List<Choice> choices, SimulatedProcess node) {
		if (!node.alive) {
			return;
		}
		if (node.stopped) {
			choices.add(new Choice(Kind.CONTINUE, node.number, -1));
			this.links.forEach((number, link) -> {
				int side = link.side(node);
				boolean between = link.ends[side] == node;
				// What has arrived is no silence
				boolean nothingArrived = link.to.get(1 - side).isEmpty();
				if (between && nothingArrived && link.ends[1 - side].runs() && !link.silent[1 - side]
						&& !link.ended[1 - side]) {
					choices.add(new Choice(Kind.SILENT, link.ends[1 - side].number, number));
				}
			});
		}
		if (this.budget.faults > 0) {
			choices.add(new Choice(Kind.KILL, node.number, -1));
			if (!node.stopped) {
				choices.add(new Choice(Kind.STOP, node.number, -1));
			}
			if (!node.told) {
				choices.add(new Choice(Kind.TERMINATE, node.number, -1));
			}
		}
		if (this.budget.orders > 0 && node.runs()) {
			if (node.machine.phase() == Phase.IDLE && this.nodes.size() < this.budget.processes) {
				choices.add(new Choice(Kind.TRIGGER, node.number, -1));
				choices.add(new Choice(Kind.TAKE_OVER, node.number, -1));
			}
			choices.add(new Choice(Kind.ABORT_OR_REVERT, node.number, -1));
		}
	}

	// What happens

	void apply(Choice choice) {
		SimulatedProcess node = this.nodes.get(choice.node());

		switch (choice.kind()) {
			case DELIVER -> deliver(node, choice.number());
			case WORK -> work(node, node.tasks.remove(choice.number()));
			case ANSWER -> {
				Event answer = node.answers.removeFirst();
				// What opens its gates serves first, and leaves then
				this.serviceTold |= answer instanceof Event.StopRequested
						&& (node.gates || node.machine.phase() == Phase.OPENING_GATES);
				handle(node, answer);
			}
			case MOVE -> move(node);
			case LEAVE -> leave(node, node.held.first());
			case DRAINED -> drained(node);
			case WAIT -> await(LONGEST_WAIT);
			case SILENT -> silence(node, choice.number());
			case TRIGGER -> {
				this.budget.orders--;
				handle(node, new Event.Triggered(1, HandoffTrigger.SIGNAL, null, Instant.EPOCH));
			}
			case TAKE_OVER -> {
				this.budget.orders--;
				newNode().tasks.add(FIND_INSTANCE);
			}
			case ABORT_OR_REVERT -> {
				this.budget.orders--;
				handle(node, new Event.AbortRequested(2));
			}
			case TERMINATE -> {
				this.budget.faults--;
				node.told = true;
				node.answers.add(new Event.StopRequested());
			}
			case KILL -> {
				this.budget.faults--;
				kill(node);
			}
			case STOP -> {
				this.budget.faults--;
				node.stopped = true;
			}
			case CONTINUE -> node.stopped = false;
			case BREAK -> {
				this.budget.breaks--;
				this.broken = true;
				SimulatedLink link = this.links.get(choice.number());
				link.to.forEach((queue) -> queue.add(END));
				link.bye[0] = true;
				link.bye[1] = true;
			}
		}
		if (choice.kind().compareTo(Kind.TRIGGER) >= 0) {
			this.mustServe = !this.broken && this.nodes.stream().anyMatch(this.promises::isAbleToServe);
		}
		this.promises.check(this.pathOwner, this.named, this.livingConnections);
	}

	private void handle(SimulatedProcess node, Event event) {
		perform(node, node.machine.handle(event, this.now));
	}

	private void deliver(SimulatedProcess node, int number) {
		SimulatedLink link = this.links.get(number);
		int side = link.side(node);
		Object what = link.to.get(side).removeFirst();
		if (what == END) {
			if (!link.ended[side]) {
				link.ended[side] = true;
				if (!link.ended[1 - side]) {
					link.to.get(1 - side).add(END);
				}
				handle(node, new Event.LinkEnded(number, null));
			}
		}
		else if (!link.ended[side]) {
			Frame frame = (Frame) what;
			if (this.mutation == Mutation.RELEASE_IS_NOT_OBEYED && frame instanceof Frame.Release) {
				send(node, number, new Frame.Released());
				return;
			}
			handle(node, new Event.Received(number, link.ends[1 - side].id, frame, Instant.EPOCH));
		}
		if (link.isOver() && link.to.get(0).isEmpty() && link.to.get(1).isEmpty()) {
			this.links.remove(number);
		}
	}

	private boolean send(SimulatedProcess node, int number, Frame frame) {
		SimulatedLink link = this.links.get(number);
		if (link == null || link.bye[link.side(node)] || link.ended[link.side(node)]) {
			return false;
		}
		if (link.ends[1 - link.side(node)].alive) {
			link.to.get(1 - link.side(node)).add(frame);
		}
		return true;
	}

	private void endLink(SimulatedProcess node, int number, Frame.Bye bye) {
		SimulatedLink link = this.links.get(number);
		if (link != null && send(node, number, bye)) {
			link.bye[link.side(node)] = true;
			link.to.get(1 - link.side(node)).add(END);
		}
	}

	private int connect(SimulatedProcess from, SimulatedProcess to) {
		SimulatedLink link = new SimulatedLink();
		link.ends[0] = from;
		link.ends[1] = to;
		this.links.put(++this.lastLink, link);
		return this.lastLink;
	}

	private void silence(SimulatedProcess node, int number) {
		SimulatedLink link = this.links.get(number);
		link.silent[link.side(node)] = true;
		handle(node, new Event.LinkSilent(number));
	}

	private void await(int seconds) {
		for (int i = 0; i < seconds; i++) {
			this.now += SECOND;
			boolean acted = false;
			for (SimulatedProcess node : this.nodes) {
				acted |= works(node);
			}
			for (SimulatedProcess node : List.copyOf(this.nodes)) {
				if (node.runs() && !hasReceivedEnd(node)) {
					List<Action> actions = node.machine.handle(new Event.Tick(), this.now);
					acted |= actions.stream().anyMatch((action) -> !(action instanceof Action.TellHeld));
					perform(node, actions);
				}
			}
			if (acted) {
				return;
			}
		}
		// A drain's deadline is the world's
		this.nodes.stream().filter((node) -> node.runs() && node.draining).forEach((node) -> {
			List.copyOf(node.held).forEach((connection) -> leave(node, connection));
			node.kept.forEach(this::closedByOne);
			node.kept.clear();
		});
	}

	/**
	 * What the kernel has for a process it handles before its deadlines. A frame may
	 * still be with its sender, but the end of a link is there with the death of the
	 * process.
	 */
	private boolean hasReceivedEnd(SimulatedProcess node) {
		return this.promises.hasReceived(node, END::equals);
	}

	/**
	 * Count how long a process has had something to do.
	 * @return whether it must do that now
	 */
	private boolean works(SimulatedProcess node) {
		node.working = isBusy(node) ? node.working + 1 : 0;
		return mustWork(node);
	}

	/** What an action may take is less than the machine waits for it at most. */
	private boolean mustWork(SimulatedProcess node) {
		return isBusy(node) && node.working >= SLOWEST_WORK;
	}

	private boolean isBusy(SimulatedProcess node) {
		return node.runs() && (!node.answers.isEmpty() || this.promises.hasReceived(node, (frame) -> true)
				|| !node.tasks.stream().allMatch(Action.Rejoin.class::isInstance));
	}

	private void kill(SimulatedProcess node) {
		node.alive = false;
		node.stopped = false;
		node.gates = false;
		node.listener = false;
		node.draining = false;
		node.tasks.clear();
		node.answers.clear();
		List.copyOf(node.held).forEach((connection) -> {
			node.held.remove(connection);
			closedByOne(connection);
		});
		List<Integer> kept = List.copyOf(node.kept);
		node.kept.clear();
		kept.forEach(this::closedByOne);
		this.links.forEach((number, link) -> {
			if (link.isOf(node)) {
				int side = link.side(node);
				link.to.get(side).clear();
				if (link.ends[1 - side].alive) {
					link.to.get(1 - side).add(END);
				}
			}
		});
		this.links.values().removeIf((link) -> !link.ends[0].alive && !link.ends[1].alive);
	}

	/** A connection lives as long as somebody has a descriptor of it. */
	private void closedByOne(int connection) {
		boolean open = this.nodes.stream()
			.anyMatch((node) -> node.alive && (node.held.contains(connection) || node.kept.contains(connection)));
		if (!open) {
			this.livingConnections.remove(connection);
		}
	}

	private void leave(SimulatedProcess node, int connection) {
		node.held.remove(connection);
		this.nodes.forEach((each) -> each.kept.remove(connection));
		this.livingConnections.remove(connection);
	}

	private SimulatedProcess newNode() {
		SimulatedProcess node = new SimulatedProcess(this.nodes.size(), this.limits, this.now);
		this.nodes.add(node);
		return node;
	}

	private void startFresh(SimulatedProcess node) {
		boolean inUse = this.nodes.stream()
			.anyMatch((each) -> each.alive
					&& (each.listener || each.tasks.stream().anyMatch(Action.StartWithOffer.class::isInstance)
							|| this.promises.hasReceived(each, Frame.Offer.class::isInstance)));
		if (inUse) {
			kill(node);
			return;
		}
		node.listener = true;
		node.gates = true;
		this.pathOwner = node;
	}

	private void connect(SimulatedProcess node) {
		node.held.add(++this.lastConnection);
		this.livingConnections.add(this.lastConnection);
	}

	// The drain

	private void move(SimulatedProcess node) {
		int connection = node.held.pollFirst();
		node.kept.add(connection);
		Frame.Connections frame = new Frame.Connections("server",
				List.of(new MovingConnection(connection, new IdleConnection(this.descriptor, true))));
		if (!send(node, node.moveTo, frame)) {
			node.kept.remove(connection);
			node.held.add(connection);
			node.moveTo = HandoffMachine.NO_LINK;
		}
	}

	private void drained(SimulatedProcess node) {
		node.draining = false;
		node.adoptionClosed = true;
		node.answers.add(new Event.DrainEnded(new HandoffRecord.Connections(0, 0, 0, 0)));
	}

	private void answered(SimulatedProcess node, Frame.Answered answer) {
		answer.adopted().forEach((connection) -> {
			if (node.kept.remove(connection.intValue())) {
				closedByOne(connection.intValue());
			}
		});
		answer.returned().forEach((connection) -> {
			if (node.kept.remove(connection.intValue())) {
				// Whoever returned one would return it again
				node.moveTo = HandoffMachine.NO_LINK;
				node.held.add(connection.intValue());
			}
		});
	}

	private void successorLost(SimulatedProcess node, boolean dead) {
		node.moveTo = HandoffMachine.NO_LINK;
		List<Integer> kept = List.copyOf(node.kept);
		node.kept.clear();
		if (dead || this.mutation == Mutation.TAKES_BACK_FROM_THE_LIVING) {
			node.held.addAll(kept);
		}
		else {
			kept.forEach(this::closedByOne);
		}
	}

	// Actions

	private void perform(SimulatedProcess node, List<Action> actions) {
		actions.forEach((action) -> perform(node, action));
	}

	private void perform(SimulatedProcess node, Action action) {
		if (!node.alive) {
			return;
		}
		ProcessId successor = node.machine.successor();
		if ((action instanceof Action.StopAccepting || action instanceof Action.RampDown) && successor != null) {
			node.leftTo = node(successor);
		}
		if (action instanceof Action.Send send) {
			send(node, send.link(), send.frame());
			if (this.mutation == Mutation.STOPS_ACCEPTING_AT_CUTOVER && send.frame() instanceof Frame.Cutover) {
				node.gates = false;
			}
		}
		else if (action instanceof Action.EndLink end) {
			endLink(node, end.link(), new Frame.Bye(end.reason(), end.code(), end.text()));
		}
		else if (action instanceof Action.SendRevert revert) {
			send(node, revert.link(), new Frame.Revert(List.of()));
		}
		else if (action instanceof Action.TellHeld tell) {
			send(node, tell.link(), new Frame.Draining("shop", tell.handoffId(), tell.generation(), tell.role(),
					new HandoffStatus.Held(0, 0, 0), tell.left().toMillis()));
		}
		else if (action instanceof Action.Adopt adopt && node.adoptionClosed) {
			send(node, adopt.link(), new Frame.Answered(List.of(), ids(adopt.connections())));
		}
		else if (action instanceof Action.Drain drain) {
			node.draining = true;
			node.moveTo = drain.link();
		}
		else if (action instanceof Action.Leave) {
			node.gates = false;
			node.listener = false;
			node.draining = true;
			node.moveTo = HandoffMachine.NO_LINK;
		}
		else if (action instanceof Action.HastenDrain hasten) {
			if (hasten.atOnce() && node.draining) {
				List.copyOf(node.held).forEach((connection) -> leave(node, connection));
			}
		}
		else if (action instanceof Action.NoteAnswer note) {
			answered(node, note.answer());
		}
		else if (action instanceof Action.SuccessorLost lost) {
			successorLost(node, lost.dead());
		}
		else if (action instanceof Action.MoveOver over) {
			node.moveTo = over.link();
		}
		else if (action instanceof Action.Rejoin rejoin) {
			node.moveTo = HandoffMachine.NO_LINK;
			node.tasks.add(rejoin);
		}
		else if (action instanceof Action.BecomeActive) {
			// Short, beside what else must happen until another one becomes it
			this.named = node;
		}
		else if (action instanceof Action.Exit || action instanceof Action.Stopped) {
			node.tasks.add(END);
		}
		else if (!(action instanceof Action.Accept || action instanceof Action.Reject
				|| action instanceof Action.Discard || action instanceof Action.Remember
				|| action instanceof Action.Inherit || action instanceof Action.Proven
				|| action instanceof Action.RampDown)) {
			node.tasks.add(action);
		}
	}

	private static List<Long> ids(Frame.Connections connections) {
		return connections.connections().stream().map(MovingConnection::id).toList();
	}

	private boolean canWork(SimulatedProcess node, Object task) {
		if (task instanceof Action.Rejoin) {
			SimulatedProcess owner = this.pathOwner;
			return !node.draining || (owner != null && owner.alive && owner != node);
		}
		return true;
	}

	private void work(SimulatedProcess node, Object task) {
		if (task == END) {
			kill(node);
		}
		else if (task == START) {
			node.answers.add(new Event.ApplicationReady());
		}
		else if (task instanceof String) {
			find(node, task.toString());
		}
		else if (task instanceof Action.StartFresh) {
			startFresh(node);
			node.tasks.add(START);
		}
		else if (task instanceof Action.StartWithOffer) {
			node.listener = true;
			node.tasks.add(START);
		}
		else if (task instanceof Action.RunPrechecks run) {
			node.answers.add(new Event.PrechecksDone(run.handoffId(), null));
		}
		else if (task instanceof Action.Verify verify) {
			node.answers.add(new Event.Verified(verify.handoffId(), null));
		}
		else if (task instanceof Action.Launch launch) {
			SimulatedProcess launched = newNode();
			launched.tasks.add(FIND_LAUNCHER + " " + node.number + " " + launch.handoffId());
			node.answers.add(new Event.Launched(launched.id));
		}
		else if (task instanceof Action.SendOffer offer) {
			send(node, offer.link(), new Frame.Offer(HandoffMachine.PROTOCOL_VERSION, offer.handoffId(),
					offer.trigger(), offer.from(), List.of(), null, List.of(), HandoffTotals.NONE, List.of()));
		}
		else if (task instanceof Action.WarmUp) {
			node.answers.add(new Event.WarmedUp(null));
		}
		else if (task instanceof Action.CheckHealth) {
			node.answers.add(new Event.HealthChecked(null));
		}
		else {
			workOnOthers(node, task);
		}
	}

	private void workOnOthers(SimulatedProcess node, Object task) {
		if (task instanceof Action.TakePath) {
			this.pathOwner = node;
			node.answers.add(new Event.PathTaken(null));
		}
		else if (task instanceof Action.OpenGates) {
			node.gates = true;
			node.answers.add(new Event.GatesOpened());
		}
		else if (task instanceof Action.StopAccepting) {
			node.gates = false;
			node.answers.add(new Event.AcceptingStopped());
		}
		else if (task instanceof Action.Reopen reopen) {
			node.draining = false;
			successorLost(node, reopen.successorDead());
			node.adoptionClosed = false;
			node.gates = true;
			node.answers.add(new Event.GatesOpened());
		}
		else if (task instanceof Action.Adopt adopt) {
			ids(adopt.connections()).forEach((id) -> node.held.add(id.intValue()));
			send(node, adopt.link(), new Frame.Answered(ids(adopt.connections()), List.of()));
		}
		else if (task instanceof Action.CheckPeer check) {
			node.answers.add(new Event.PeerChecked(check.process(), !node(check.process()).alive, false));
		}
		else if (task instanceof Action.FencePeer fence) {
			fence(node(fence.process()));
			node.answers.add(new Event.PeerChecked(fence.process(), true, true));
		}
		else if (task instanceof Action.Fence fence) {
			fence.processes().forEach((process) -> fence(node(process)));
			node.answers.add(new Event.Fenced(fence.handoffId(), true));
		}
		else if (task instanceof Action.Rejoin rejoin) {
			rejoin(node, rejoin);
		}
		else {
			throw new IllegalStateException("Nobody does " + task);
		}
	}

	private void fence(SimulatedProcess node) {
		if (node.alive && this.mutation != Mutation.FENCE_DOES_NOT_KILL) {
			kill(node);
		}
	}

	private SimulatedProcess node(ProcessId id) {
		return this.nodes.get((int) id.pid() - 1000);
	}

	/** The main thread of a process that starts. */
	private void find(SimulatedProcess node, String how) {
		SimulatedProcess owner = this.pathOwner;
		String[] words = how.split(" ");
		if (owner != null && owner.alive) {
			int link = connect(node, owner);
			handle(node, new Event.PredecessorFound(link, owner.id, (words.length > 1) ? words[2] : null));
		}
		else if (words.length > 1 && this.nodes.get(Integer.parseInt(words[1])).alive) {
			kill(node);
		}
		else {
			startFresh(node);
			node.tasks.add(START);
		}
	}

	private void rejoin(SimulatedProcess node, Action.Rejoin rejoin) {
		if (!node.kept.isEmpty()) {
			successorLost(node, !node(rejoin.former()).alive);
		}
		endLink(node, rejoin.formerLink(), new Frame.Bye(ByeReason.RELEASED, null, null));
		SimulatedProcess owner = this.pathOwner;
		if (node.draining && owner != null && owner.alive && owner != node) {
			node.answers.add(new Event.Rejoined(connect(node, owner), owner.id));
		}
	}

	/**
	 * No more faults and orders: let everything come to its end, and see whether it is a
	 * good one.
	 */
	void settle() {
		this.budget.faults = 0;
		this.budget.orders = 0;
		this.budget.breaks = 0;
		this.nodes.forEach((node) -> node.stopped = false);
		int quiet = 0;
		for (int step = 0; quiet < 3; step++) {
			SimulatedPromises.require(step < LONGEST_END, "no end comes: ", this.nodes);
			List<Choice> choices = new ArrayList<>();
			progress(choices);
			if (choices.isEmpty()) {
				await(LONGEST_WAIT);
				quiet++;
				this.promises.check(this.pathOwner, this.named, this.livingConnections);
			}
			else {
				apply(choices.get(0));
				quiet = 0;
			}
		}
		this.promises.checkEnd(this.serviceTold || !this.mustServe);
	}

	/**
	 * All that decides what can happen from here.
	 */
	String fingerprint() {
		return this.nodes + " " + this.links + " " + ((this.pathOwner != null) ? this.pathOwner.number : "") + " "
				+ ((this.named != null) ? this.named.number : "") + " " + this.livingConnections
				+ this.promises.memory() + this.budget + this.serviceTold + this.mustServe;
	}

}
