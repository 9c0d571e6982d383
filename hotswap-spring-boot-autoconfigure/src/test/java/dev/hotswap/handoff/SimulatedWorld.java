package dev.hotswap.handoff;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

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

	static final HandoffLimits LIMITS = new HandoffLimits(Duration.ofSeconds(20), Duration.ofSeconds(15),
			Duration.ofSeconds(10), 2);

	private static final long SECOND = Duration.ofSeconds(1).toNanos();

	/** In steps; a run that still goes on then goes round in circles. */
	private static final int LONGEST_END = 2000;

	/** Above all deadlines of the machine. */
	private static final int LONGEST_WAIT = 100;

	/** More than a cutover may take, less than the machine waits for an answer. */
	private static final int SLOWEST_WORK = 15;

	/** Phases in which a process shares the address with another one, for a moment. */
	private static final Set<Phase> CUTOVER = Set.of(Phase.CUTTING_OVER, Phase.FENCING, Phase.RECLAIMING,
			Phase.STOPPING_ACCEPT, Phase.REVERTING, Phase.RESTORING_PATH, Phase.REOPENING, Phase.RETAKING_PATH,
			Phase.TAKING_PATH, Phase.OPENING_GATES);

	/** Phases in which a process is the active one, and knows of no other. */
	private static final Set<Phase> ALONE = Set.of(Phase.IDLE, Phase.PRECHECKING, Phase.RELEASING, Phase.VERIFYING,
			Phase.LAUNCHING, Phase.SUCCESSOR_STARTING);

	private static final Set<Phase> STOPS = Set.of(Phase.STOPPING_ACCEPT, Phase.LEAVING, Phase.DRAINED, Phase.ENDING);

	private static final Set<Phase> MAY_INHERIT = Set.of(Phase.STARTING, Phase.WARMING_UP, Phase.CHECKING_HEALTH,
			Phase.READY);

	final List<Node> nodes = new ArrayList<>();

	private final TreeMap<Integer, Link> links = new TreeMap<>();

	private final Budget budget;

	private final Mutation mutation;

	/** What stands for all descriptors: nobody reads or closes it. */
	private final Descriptor descriptor;

	private long now;

	private int lastLink;

	private @Nullable Node pathOwner;

	private final TreeSet<Integer> livingConnections = new TreeSet<>();

	/** Whether the operator has told the service, not only one generation, to stop. */
	private boolean serviceTold;

	/** Whether somebody could serve after the last fault. */
	private boolean mustServe = true;

	/** Whoever has lost its link to the active process gives up, at worst with it. */
	private boolean broken;

	private int lastConnection;

	SimulatedWorld(Budget budget, Mutation mutation, Descriptor descriptor) {
		this.budget = budget;
		this.descriptor = descriptor;
		this.mutation = mutation;
		Node first = newNode();
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
		TAKES_BACK_FROM_THE_LIVING

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

	/**
	 * A process.
	 */
	final class Node {

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

		int moveTo = HandoffMachine.NO_LINK;

		final TreeSet<Integer> held = new TreeSet<>();

		final TreeSet<Integer> kept = new TreeSet<>();

		final List<Object> tasks = new ArrayList<>();

		final Deque<Event> answers = new ArrayDeque<>();

		private int ids;

		/** For how many seconds it has had something to do. */
		private int working;

		Node(int number) {
			this.number = number;
			this.id = new ProcessId(1000 + number, number);
			this.machine = new HandoffMachine("shop", this.id.pid(), null, LIMITS,
					() -> "h" + this.number + "-" + ++this.ids, SimulatedWorld.this.now);
		}

		boolean runs() {
			return this.alive && !this.stopped;
		}

		@Override
		public String toString() {
			return this.number + (this.alive ? "" : " dead") + (this.stopped ? " stopped" : "")
					+ (this.gates ? " open" : "") + (this.listener ? " listens" : "")
					+ (this.adoptionClosed ? " closed" : "") + (this.draining ? " drains>" + this.moveTo : "") + " "
					+ this.held + this.kept + " " + this.machine + " tasks" + this.tasks + " answers" + this.answers;
		}

	}

	/** Two queues; what stands in one is delivered in order. */
	private static final class Link {

		final Node[] ends = new Node[2];

		final List<Deque<Object>> to = List.of(new ArrayDeque<>(), new ArrayDeque<>());

		/** Whether the side has said goodbye. */
		final boolean[] bye = new boolean[2];

		/** Whether the side has seen the end. */
		final boolean[] ended = new boolean[2];

		final boolean[] silent = new boolean[2];

		int side(Node node) {
			return (this.ends[0] == node) ? 0 : 1;
		}

		boolean isOver() {
			return (this.ended[0] || !this.ends[0].alive) && (this.ended[1] || !this.ends[1].alive);
		}

		@Override
		public String toString() {
			return this.ends[0].number + "-" + this.ends[1].number + this.to + this.bye[0] + this.bye[1] + this.ended[0]
					+ this.ended[1] + this.silent[0] + this.silent[1];
		}

	}

	private static final String END = "END";

	private static final String FIND_LAUNCHER = "FIND_LAUNCHER";

	private static final String FIND_INSTANCE = "FIND_INSTANCE";

	private static final String START = "START";

	// What could happen

	List<Choice> choices() {
		List<Choice> choices = new ArrayList<>();
		progress(choices);
		if (this.nodes.stream().anyMatch(Node::runs) && this.nodes.stream().noneMatch(this::mustWork)) {
			choices.add(new Choice(Kind.WAIT, 0, -1));
		}
		for (Node node : this.nodes) {
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
		for (Node node : this.nodes) {
			if (!node.runs()) {
				continue;
			}
			this.links.forEach((number, link) -> {
				if ((link.ends[0] == node || link.ends[1] == node) && !link.to.get(link.side(node)).isEmpty()) {
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

	private void disturb(List<Choice> choices, Node node) {
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
		Node node = this.nodes.get(choice.node());

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
				Link link = this.links.get(choice.number());
				link.to.forEach((queue) -> queue.add(END));
				link.bye[0] = true;
				link.bye[1] = true;
			}
		}
		if (choice.kind().compareTo(Kind.TRIGGER) >= 0) {
			this.mustServe = !this.broken && this.nodes.stream().anyMatch(this::isAbleToServe);
		}
		check();
	}

	private void handle(Node node, Event event) {
		perform(node, node.machine.handle(event, this.now));
	}

	private void deliver(Node node, int number) {
		Link link = this.links.get(number);
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

	private boolean send(Node node, int number, Frame frame) {
		Link link = this.links.get(number);
		if (link == null || link.bye[link.side(node)] || link.ended[link.side(node)]) {
			return false;
		}
		if (link.ends[1 - link.side(node)].alive) {
			link.to.get(1 - link.side(node)).add(frame);
		}
		return true;
	}

	private void endLink(Node node, int number, Frame.Bye bye) {
		Link link = this.links.get(number);
		if (link != null && send(node, number, bye)) {
			link.bye[link.side(node)] = true;
			link.to.get(1 - link.side(node)).add(END);
		}
	}

	private int connect(Node from, Node to) {
		Link link = new Link();
		link.ends[0] = from;
		link.ends[1] = to;
		this.links.put(++this.lastLink, link);
		return this.lastLink;
	}

	private void silence(Node node, int number) {
		Link link = this.links.get(number);
		link.silent[link.side(node)] = true;
		handle(node, new Event.LinkSilent(number));
	}

	private void await(int seconds) {
		for (int i = 0; i < seconds; i++) {
			this.now += SECOND;
			boolean acted = false;
			for (Node node : this.nodes) {
				acted |= works(node);
			}
			for (Node node : List.copyOf(this.nodes)) {
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
	private boolean hasReceivedEnd(Node node) {
		return hasReceived(node, END::equals);
	}

	/**
	 * Count how long a process has had something to do.
	 * @return whether it must do that now
	 */
	private boolean works(Node node) {
		node.working = isBusy(node) ? node.working + 1 : 0;
		return mustWork(node);
	}

	/** What an action may take is less than the machine waits for it at most. */
	private boolean mustWork(Node node) {
		return isBusy(node) && node.working >= SLOWEST_WORK;
	}

	private boolean isBusy(Node node) {
		return node.runs() && (!node.answers.isEmpty() || hasReceived(node, (frame) -> true)
				|| !node.tasks.stream().allMatch(Action.Rejoin.class::isInstance));
	}

	private void kill(Node node) {
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
			if (link.ends[0] == node || link.ends[1] == node) {
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

	private void leave(Node node, int connection) {
		node.held.remove(connection);
		this.nodes.forEach((each) -> each.kept.remove(connection));
		this.livingConnections.remove(connection);
	}

	private Node newNode() {
		Node node = new Node(this.nodes.size());
		this.nodes.add(node);
		return node;
	}

	private void startFresh(Node node) {
		boolean inUse = this.nodes.stream().anyMatch((each) -> each.alive && each.listener);
		if (inUse) {
			kill(node);
			return;
		}
		node.listener = true;
		node.gates = true;
		this.pathOwner = node;
	}

	private void connect(Node node) {
		node.held.add(++this.lastConnection);
		this.livingConnections.add(this.lastConnection);
	}

	// The drain

	private void move(Node node) {
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

	private void drained(Node node) {
		node.draining = false;
		node.adoptionClosed = true;
		node.answers.add(new Event.DrainEnded(new HandoffRecord.Connections(0, 0, 0, 0)));
	}

	private void answered(Node node, Frame.Answered answer) {
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

	private void successorLost(Node node, boolean dead) {
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

	private void perform(Node node, List<Action> actions) {
		actions.forEach((action) -> perform(node, action));
	}

	private void perform(Node node, Action action) {
		if (!node.alive) {
			return;
		}
		if (action instanceof Action.Send send) {
			send(node, send.link(), send.frame());
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
		else if (action instanceof Action.Exit || action instanceof Action.Stopped) {
			node.tasks.add(END);
		}
		else if (!(action instanceof Action.Accept || action instanceof Action.Reject
				|| action instanceof Action.Discard || action instanceof Action.Remember
				|| action instanceof Action.Inherit || action instanceof Action.BecomeActive
				|| action instanceof Action.Proven)) {
			node.tasks.add(action);
		}
	}

	private static List<Long> ids(Frame.Connections connections) {
		return connections.connections().stream().map(MovingConnection::id).toList();
	}

	private boolean canWork(Node node, Object task) {
		if (task instanceof Action.Rejoin) {
			Node owner = this.pathOwner;
			return !node.draining || (owner != null && owner.alive && owner != node);
		}
		return true;
	}

	private void work(Node node, Object task) {
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
			Node launched = newNode();
			launched.tasks.add(FIND_LAUNCHER + " " + node.number + " " + launch.handoffId());
			node.answers.add(new Event.Launched(launched.id));
		}
		else if (task instanceof Action.SendOffer offer) {
			send(node, offer.link(), new Frame.Offer(HandoffMachine.PROTOCOL_VERSION, offer.handoffId(),
					offer.trigger(), offer.from(), List.of(), null, List.of()));
		}
		else if (task instanceof Action.WarmUp) {
			node.answers.add(new Event.WarmedUp());
		}
		else if (task instanceof Action.CheckHealth) {
			node.answers.add(new Event.HealthChecked(null));
		}
		else {
			workOnOthers(node, task);
		}
	}

	private void workOnOthers(Node node, Object task) {
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
			node.answers.add(new Event.PeerChecked(check.process(), !node(check.process()).alive));
		}
		else if (task instanceof Action.FencePeer fence) {
			fence(node(fence.process()));
			node.answers.add(new Event.PeerChecked(fence.process(), true));
		}
		else if (task instanceof Action.Fence fence) {
			fence.processes().forEach((process) -> fence(node(process)));
			node.answers.add(new Event.Fenced(137, true));
		}
		else if (task instanceof Action.Rejoin rejoin) {
			rejoin(node, rejoin);
		}
		else {
			throw new IllegalStateException("Nobody does " + task);
		}
	}

	private void fence(Node node) {
		if (node.alive && this.mutation != Mutation.FENCE_DOES_NOT_KILL) {
			kill(node);
		}
	}

	private Node node(ProcessId id) {
		return this.nodes.get((int) id.pid() - 1000);
	}

	/** The main thread of a process that starts. */
	private void find(Node node, String how) {
		Node owner = this.pathOwner;
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

	private void rejoin(Node node, Action.Rejoin rejoin) {
		if (!node.kept.isEmpty()) {
			successorLost(node, !node(rejoin.former()).alive);
		}
		endLink(node, rejoin.formerLink(), new Frame.Bye(ByeReason.RELEASED, null, null));
		Node owner = this.pathOwner;
		if (node.draining && owner != null && owner.alive && owner != node) {
			node.answers.add(new Event.Rejoined(connect(node, owner), owner.id));
		}
	}

	// The promises

	private void check() {
		Node candidate = null;
		Node accepting = null;
		Node alone = null;
		for (Node node : this.nodes) {
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
				require(node == this.pathOwner, "the active one does not own the control path: ", this.nodes);
				require(node.gates, "the active one does not accept: ", this.nodes);
			}
		}
		for (int connection : this.livingConnections) {
			int holders = 0;
			boolean kept = false;
			for (Node node : this.nodes) {
				holders += node.held.contains(connection) ? 1 : 0;
				kept |= node.kept.contains(connection);
			}
			require(holders <= 1, "two serve a connection: ", this.nodes);
			require(kept || holders == 1, "nobody has a connection: ", this.nodes);
		}
	}

	/** Whether it would serve, if the active process died now. */
	private boolean isCandidate(Node node) {
		if (!node.alive) {
			return false;
		}
		boolean inherits = MAY_INHERIT.contains(node.machine.phase());
		return (inherits || node.machine.mayResume())
				&& !hasReceived(node, (frame) -> frame instanceof Frame.Bye || frame instanceof Frame.Release);
	}

	/** Called all the time, so it makes no streams. */
	private boolean hasReceived(Node node, Predicate<Object> what) {
		for (Link link : this.links.values()) {
			if (link.ends[0] == node || link.ends[1] == node) {
				for (Object frame : link.to.get(link.side(node))) {
					if (what.test(frame)) {
						return true;
					}
				}
			}
		}
		return false;
	}

	private boolean isAbleToServe(Node node) {
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

	private static void require(boolean condition, String promise, List<Node> nodes) {
		if (!condition) {
			throw new AssertionError(promise + nodes);
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
			require(step < LONGEST_END, "no end comes: ", this.nodes);
			List<Choice> choices = new ArrayList<>();
			progress(choices);
			if (choices.isEmpty()) {
				await(LONGEST_WAIT);
				quiet++;
				check();
			}
			else {
				apply(choices.get(0));
				quiet = 0;
			}
		}
		List<Node> alive = this.nodes.stream().filter((node) -> node.alive).toList();
		require(alive.size() <= 1, "more than one process is left: ", alive);
		require(alive.stream().allMatch((node) -> node.gates && node.machine.phase() == Phase.IDLE),
				"the one that is left does not serve: ", alive);
		require(!alive.isEmpty() || this.serviceTold || !this.mustServe, "nobody serves any more: ", this.nodes);
		for (Node node : alive) {
			require(node.kept.isEmpty(), "a descriptor is left: ", alive);
		}
	}

	/**
	 * All that decides what can happen from here.
	 */
	String fingerprint() {
		return this.nodes + " " + this.links + " " + ((this.pathOwner != null) ? this.pathOwner.number : "") + " "
				+ this.livingConnections + this.budget + this.serviceTold + this.mustServe;
	}

}
