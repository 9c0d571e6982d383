package dev.hotswap.handoff;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import dev.hotswap.FailureCode;
import dev.hotswap.control.ByeReason;
import dev.hotswap.control.ControlConnection;
import dev.hotswap.control.ControlHandler;
import dev.hotswap.control.Message;
import dev.hotswap.control.MessageType;
import dev.hotswap.control.Peer;
import dev.hotswap.control.ProtocolException;
import dev.hotswap.process.ProcessId;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The control connections of this process, numbered, as links of the state machine. Turns
 * messages into events, on the reader threads of the connections, and frames into
 * messages.
 */
final class ControlLinks implements ControlHandler {

	/** An open connection that is silent for so long belongs to a stopped process. */
	static final Duration SILENCE = Duration.ofSeconds(10);

	private static final Duration PING_INTERVAL = Duration.ofSeconds(2);

	private static final Log logger = LogFactory.getLog(ControlLinks.class);

	private final AtomicInteger numbers = new AtomicInteger();

	private final Map<ControlConnection, Link> links = new ConcurrentHashMap<>();

	private final Consumer<Event> events;

	private final Set<Integer> silent = ConcurrentHashMap.newKeySet();

	private long lastPing;

	private long lastLook;

	private long awakeSince;

	ControlLinks(Consumer<Event> events) {
		this.events = events;
	}

	@Override
	public void onOpen(ControlConnection connection) {
		Optional<ProcessId> process = ProcessId.find(connection.peer().pid());
		if (process.isEmpty()) {
			connection.close();
			return;
		}
		link(connection, process.get());
	}

	/**
	 * Number a connection that this process opened or accepted.
	 */
	Link link(ControlConnection connection, ProcessId process) {
		Link link = this.links.computeIfAbsent(connection,
				(key) -> new Link(this.numbers.incrementAndGet(), connection, process));
		if (!connection.isOpen()) {
			// Its end may have come before this, and nobody would take it out again
			forget(connection, null);
		}
		return link;
	}

	@Override
	public void onMessage(ControlConnection connection, Message message) {
		try (message) {
			Link link = this.links.get(connection);
			requireFenceable(connection, message.type());
			Frame frame = (link != null) ? FrameMessages.read(message) : null;
			if (link != null && frame != null) {
				this.events.accept(new Event.Received(link.number(), link.process(), frame, Instant.now()));
			}
			else if (link != null) {
				throw new ProtocolException("This release does not answer " + message.type());
			}
		}
		catch (ProtocolException ex) {
			logger.warn("The control connection of pid " + connection.peer().pid() + " ends: " + ex.getMessage());
			connection.bye(ByeReason.PROTOCOL, FailureCode.PROTOCOL.code(), ex.getMessage());
			forget(connection, ex.getMessage());
		}
	}

	/**
	 * Whoever takes part in a handoff must be able to see to it that the other can act no
	 * more. The kernel lets a process signal those of its user; root may signal all, see
	 * kill(2).
	 */
	private static void requireFenceable(ControlConnection connection, MessageType type) throws ProtocolException {
		if (type != MessageType.HELLO && type != MessageType.OFFER) {
			return;
		}
		try {
			long own = Peer.ownUid();
			if (own != 0 && own != connection.peer().uid()) {
				throw new ProtocolException(
						"Process " + connection.peer().pid() + " runs as user " + connection.peer().uid()
								+ ", so this one, of user " + own + ", could not end it. Run both as the same user");
			}
		}
		catch (IOException ex) {
			throw new ProtocolException("The user of this process is not known: " + ex.getMessage());
		}
	}

	@Override
	public void onEnd(ControlConnection connection, @Nullable Exception cause) {
		if (cause != null) {
			logger.debug("The " + connection + " failed", cause);
		}
		// A broken pipe is the peer's end, not its fault
		forget(connection, (cause instanceof ProtocolException) ? cause.getMessage() : null);
	}

	private void forget(ControlConnection connection, @Nullable String problem) {
		Link link = this.links.remove(connection);
		if (link != null) {
			this.silent.remove(link.number());
			this.events.accept(new Event.LinkEnded(link.number(), problem));
		}
	}

	/**
	 * Send a frame.
	 * @return whether the link is open; one that has ended swallows the message
	 */
	boolean send(int number, Message message) {
		Link link = find(number);
		if (link != null && link.connection().isOpen()) {
			link.connection().send(message);
			return true;
		}
		message.close();
		return false;
	}

	void end(int number, ByeReason reason, @Nullable FailureCode code, @Nullable String text) {
		Link link = find(number);
		if (link != null) {
			link.connection().bye(reason, (code != null) ? code.code() : null, text);
		}
	}

	private @Nullable Link find(int number) {
		return this.links.values().stream().filter((link) -> link.number() == number).findFirst().orElse(null);
	}

	/**
	 * Ping every link, and report those that have been silent for too long. Silence while
	 * this process was stopped itself does not count. Called by the machine's thread.
	 */
	void listen(long now) {
		if (now - this.lastLook > HandoffMachine.CLOCK_JUMP.toNanos()) {
			this.awakeSince = now;
		}
		this.lastLook = now;
		boolean awakeLongEnough = now - this.awakeSince > SILENCE.toNanos();
		boolean pingDue = now - this.lastPing > PING_INTERVAL.toNanos();
		for (Link link : this.links.values()) {
			if (awakeLongEnough && link.connection().sinceLastFrame().compareTo(SILENCE) > 0
					&& this.silent.add(link.number())) {
				this.events.accept(new Event.LinkSilent(link.number()));
			}
			if (pingDue && link.connection().isOpen()) {
				link.connection().send(Message.of(MessageType.PING).build());
			}
		}
		if (pingDue) {
			this.lastPing = now;
		}
	}

	boolean isEmpty() {
		return this.links.isEmpty();
	}

	/**
	 * A control connection and who is at its other end.
	 *
	 * @param number the link's number
	 * @param connection the connection
	 * @param process the peer, with the start time it had when the connection began
	 */
	record Link(int number, ControlConnection connection, ProcessId process) {

	}

}
