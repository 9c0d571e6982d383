package dev.hotswap.control;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.newsclub.net.unix.AFUNIXSocket;

import dev.hotswap.control.Deadlines.Deadline;
import dev.hotswap.descriptor.Descriptor;

/**
 * An established control connection. It has a thread that reads, which calls the
 * {@link ControlHandler}, and one that writes; whatever a peer does, neither waits longer
 * than its deadline for the rest of a frame. Thread-safe; no method waits for the peer.
 */
public final class ControlConnection {

	static final int QUEUE_CAPACITY = 1024;

	private static final Log logger = LogFactory.getLog(ControlConnection.class);

	private final ControlSocket socket;

	private final Peer peer;

	private final ControlHandler handler;

	private final ControlTimeouts timeouts;

	private final Runnable whenEnded;

	private final SendQueue queue = new SendQueue(QUEUE_CAPACITY);

	private final Deadlines deadlines;

	private final Thread reader;

	private final Thread writer;

	private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

	private volatile boolean ending;

	private volatile long lastFrame = System.nanoTime();

	ControlConnection(AFUNIXSocket socket, Peer peer, long number, ControlHandler handler, ControlTimeouts timeouts,
			Runnable whenEnded) throws IOException {
		this.socket = new ControlSocket(socket);
		this.peer = peer;
		this.handler = handler;
		this.timeouts = timeouts;
		this.whenEnded = whenEnded;
		this.deadlines = new Deadlines("hotswap-control-deadline-" + number);
		this.reader = daemon("hotswap-control-read-" + number, this::readAll);
		this.writer = daemon("hotswap-control-write-" + number, this::writeAll);
	}

	/**
	 * The process on the other side.
	 * @return its credentials from the kernel
	 */
	public Peer peer() {
		return this.peer;
	}

	/**
	 * Send a message. It is queued; a peer that does not read ends the connection, when a
	 * frame cannot be written in time or the queue is full.
	 * @param message the message; its descriptors are closed once they are sent, or when
	 * they cannot be
	 */
	public void send(Message message) {
		if (!this.queue.offer(message)) {
			fail(new IOException("The peer reads too slowly: " + QUEUE_CAPACITY + " messages wait for it"));
		}
	}

	/**
	 * Say goodbye after what is queued, and end the connection. Messages that are under
	 * way from the peer are still delivered, until it closes its side or a second or two
	 * have passed.
	 * @param reason why
	 * @param code a failure's code, or {@code null}
	 * @param text a sentence for people, or {@code null}
	 */
	public void bye(ByeReason reason, @Nullable String code, @Nullable String text) {
		Message message = Message.of(MessageType.BYE)
			.field(ByeReason.FIELD, reason.wireName())
			.field(ByeReason.CODE_FIELD, code)
			.field(ByeReason.TEXT_FIELD, text)
			.build();
		if (this.queue.finish(message)) {
			this.ending = true;
			this.deadlines.in(this.timeouts.write(), this.socket::shutdown);
		}
	}

	/**
	 * End the connection at once. What is queued is dropped.
	 */
	public void close() {
		this.ending = true;
		this.queue.close();
		this.socket.shutdown();
	}

	/**
	 * How long the peer has been silent.
	 * @return the time since its last complete frame, or since the connection was made
	 */
	public Duration sinceLastFrame() {
		return Duration.ofNanos(System.nanoTime() - this.lastFrame);
	}

	/**
	 * Whether messages can be sent.
	 * @return {@code false} once either side has ended the connection
	 */
	public boolean isOpen() {
		return !this.ending;
	}

	@Override
	public String toString() {
		return "control connection with process " + this.peer.pid();
	}

	void start() {
		this.writer.start();
		this.reader.start();
	}

	private void readAll() {
		try {
			readFrames();
		}
		catch (ProtocolException ex) {
			refuse(ex);
			awaitWriter(this.timeouts.linger());
		}
		catch (IOException ex) {
			fail(ex);
		}
		catch (RuntimeException ex) {
			logger.error("The handler of the " + this + " failed", ex);
			refuse(ex);
			awaitWriter(this.timeouts.linger());
		}
		finally {
			end();
		}
	}

	private void readFrames() throws IOException {
		Duration timeout = this.timeouts.firstFrame();
		Deadline first = (timeout != null) ? late(timeout, "no first frame") : () -> {
		};
		try (first) {
			this.handler.onOpen(this);
			if (!readFrame()) {
				return;
			}
		}
		while (readFrame()) {
			// All is done in the condition
		}
	}

	private boolean readFrame() throws IOException {
		ByteBuffer header = ByteBuffer.allocate(FrameCodec.HEADER_LENGTH);
		if (this.socket.read(header) < 0) {
			return false;
		}
		Message message;
		// The next frame is never touched before this one is complete, so the descriptors
		// that came are this one's
		try (Deadline whole = late(this.timeouts.frame(), "an incomplete frame")) {
			this.socket.readFully(header);
			ByteBuffer payload = ByteBuffer.allocate(FrameCodec.payloadLength(header.getInt(0)));
			this.socket.readFully(payload);
			message = message(FrameCodec.decode(payload.flip()));
		}
		this.lastFrame = System.nanoTime();
		deliver(message);
		return true;
	}

	private Message message(Frame frame) throws ProtocolException {
		List<Descriptor> received = this.socket.takeReceived();
		if (received.size() != frame.descriptors()) {
			received.forEach(Descriptor::close);
			throw new ProtocolException(
					"A frame announces " + frame.descriptors() + " descriptors and came with " + received.size());
		}
		return new Message(frame, received);
	}

	private void deliver(Message message) {
		switch (message.type()) {
			case PING -> {
				message.close();
				send(Message.of(MessageType.PONG).build());
			}
			case PONG -> message.close();
			case UNKNOWN -> {
				logger.debug("A message of an unknown type was ignored on the " + this);
				message.close();
			}
			case BYE -> {
				this.ending = true;
				// Whoever says goodbye closes; one that does not is not waited for
				this.deadlines.in(this.timeouts.linger(), this.socket::shutdown);
				this.handler.onMessage(this, message);
			}
			default -> this.handler.onMessage(this, message);
		}
	}

	private void writeAll() {
		try {
			Message message = this.queue.take();
			while (message != null) {
				write(message);
				message = this.queue.take();
			}
		}
		catch (IOException | RuntimeException ex) {
			fail(ex);
		}
		this.socket.shutdownOutput();
		this.deadlines.in(this.timeouts.linger(), this.socket::shutdown);
	}

	private void write(Message message) throws IOException {
		try (message;
				Deadline deadline = this.deadlines.in(this.timeouts.write(),
						() -> fail(new SocketTimeoutException("The peer did not read a message in time")))) {
			this.socket.write(message.encode(), message.descriptors());
		}
	}

	private Deadline late(Duration timeout, String what) {
		return this.deadlines.in(timeout,
				() -> refuse(new ProtocolException("late: " + what + " within " + timeout.toMillis() + " ms")));
	}

	/**
	 * End the connection because of what the peer sent, and tell it.
	 */
	private void refuse(Exception cause) {
		this.failure.compareAndSet(null, cause);
		bye(ByeReason.PROTOCOL, "protocol", String.valueOf(cause.getMessage()));
	}

	private void fail(Exception cause) {
		if (!this.ending) {
			this.failure.compareAndSet(null, cause);
		}
		close();
	}

	private void end() {
		close();
		// The shutdown has ended whatever the writer was in
		awaitWriter(this.timeouts.write());
		this.deadlines.close();
		this.socket.close();
		this.whenEnded.run();
		try {
			this.handler.onEnd(this, this.failure.get());
		}
		catch (RuntimeException ex) {
			logger.error("The handler of the " + this + " failed at its end", ex);
		}
	}

	private void awaitWriter(Duration timeout) {
		try {
			this.writer.join(timeout.toMillis());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static Thread daemon(String name, Runnable task) {
		Thread thread = new Thread(task, name);
		thread.setDaemon(true);
		return thread;
	}

}
