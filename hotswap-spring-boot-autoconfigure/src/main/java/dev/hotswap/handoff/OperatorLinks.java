package dev.hotswap.handoff;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffStatus;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.control.ByeReason;
import dev.hotswap.control.ControlConnection;
import dev.hotswap.control.ControlHandler;
import dev.hotswap.control.Message;
import dev.hotswap.control.MessageType;
import org.jspecify.annotations.Nullable;

/**
 * Whoever connects to this process's control path: other generations, which
 * {@link ControlLinks} deals with, and operators' commands, whose first message is a
 * request. Those are answered here, and told how the handoff goes that they wait for.
 * Thread-safe; requests come from reader threads, and what is told from the machine's.
 */
final class OperatorLinks implements ControlHandler {

	private final ControlLinks links;

	private final Requests requests;

	private final Consumer<Event> events;

	/** Whose first message has not come. */
	private final Set<ControlConnection> silent = ConcurrentHashMap.newKeySet();

	private final Set<ControlConnection> operators = ConcurrentHashMap.newKeySet();

	/** Which handoff each of them waits for. */
	private final Map<ControlConnection, String> watched = new ConcurrentHashMap<>();

	private volatile @Nullable Supplier<HandoffStatus> status;

	private long begun;

	OperatorLinks(ControlLinks links, Requests requests, Consumer<Event> events) {
		this.links = links;
		this.requests = requests;
		this.events = events;
	}

	/**
	 * Tell where to ask for the status; before that, nobody connects.
	 */
	void attach(Supplier<HandoffStatus> status) {
		this.status = status;
	}

	@Override
	public void onOpen(ControlConnection connection) {
		this.silent.add(connection);
		this.links.onOpen(connection);
	}

	@Override
	public void onMessage(ControlConnection connection, Message message) {
		if (this.silent.remove(connection) && CommandMessages.isRequest(message.type())) {
			this.operators.add(connection);
		}
		if (!this.operators.contains(connection)) {
			this.links.onMessage(connection, message);
			return;
		}
		try (message) {
			answer(connection, message);
		}
	}

	private void answer(ControlConnection connection, Message request) {
		switch (request.type()) {
			case STATUS -> tellStatus(connection);
			case HANDOFF -> ask(connection, (number) -> new Event.Triggered(number, HandoffTrigger.COMMAND,
					CommandMessages.release(request), Instant.now()));
			case ABORT -> ask(connection, (number) -> new Event.AbortRequested(number, Event.Undo.ABORT));
			case REVERT -> ask(connection, (number) -> new Event.AbortRequested(number, Event.Undo.REVERT));
			case BYE -> {
				// Ctrl-C stops the watching, not the handoff
			}
			default -> connection.bye(ByeReason.PROTOCOL, FailureCode.PROTOCOL.code(),
					"This release does not answer " + request.type() + " to a command");
		}
	}

	private void tellStatus(ControlConnection connection) {
		Supplier<HandoffStatus> status = this.status;
		if (status != null) {
			send(connection, new CommandAnswer.Status(status.get()));
		}
	}

	private void ask(ControlConnection connection, LongFunction<Event> question) {
		this.requests.ask((number) -> this.events.accept(question.apply(number)), (handoffId, problem) -> {
			if (problem != null) {
				send(connection, CommandMessages.refused(problem));
				return;
			}
			this.watched.put(connection, handoffId);
			send(connection, new CommandAnswer.Accepted(handoffId, ProcessHandle.current().pid()));
			if (!connection.isOpen()) {
				this.watched.remove(connection);
			}
		});
	}

	/**
	 * Tell the operators what has changed. Called by the machine's thread.
	 */
	void tell(EventLoop.Snapshot before, EventLoop.Snapshot now) {
		String handoffId = (now.running() != null) ? now.running() : before.running();
		boolean another = handoffId != null && !handoffId.equals(before.running());
		if (another) {
			this.begun = System.nanoTime();
		}
		boolean over = now.running() == null && before.running() != null;
		if (handoffId == null || (now.stage() == before.stage() && !another && !over)) {
			return;
		}
		tell(handoffId, new CommandAnswer.Progress(handoffId, now.stage(),
				TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - this.begun), now.successorPid()));
	}

	/**
	 * Tell the operators what became of a handoff. Called by the machine's thread.
	 */
	void tell(HandoffRecord handoff) {
		tell(handoff.id(), new CommandAnswer.Result(handoff));
	}

	private void tell(String handoffId, CommandAnswer answer) {
		this.watched.forEach((connection, watched) -> {
			if (watched.equals(handoffId)) {
				send(connection, answer);
			}
		});
	}

	private static void send(ControlConnection connection, CommandAnswer answer) {
		connection.send(CommandMessages.write(answer));
	}

	@Override
	public void onEnd(ControlConnection connection, @Nullable Exception cause) {
		this.silent.remove(connection);
		this.operators.remove(connection);
		this.watched.remove(connection);
		this.links.onEnd(connection, cause);
	}

}
