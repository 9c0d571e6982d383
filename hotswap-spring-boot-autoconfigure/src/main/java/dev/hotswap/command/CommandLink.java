package dev.hotswap.command;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.hotswap.control.ByeReason;
import dev.hotswap.control.ControlClient;
import dev.hotswap.control.ControlConnection;
import dev.hotswap.control.ControlHandler;
import dev.hotswap.control.ControlPath;
import dev.hotswap.control.Message;
import dev.hotswap.control.MessageType;
import dev.hotswap.control.ProtocolException;
import dev.hotswap.handoff.CommandAnswer;
import dev.hotswap.handoff.CommandMessages;
import org.jspecify.annotations.Nullable;

/**
 * The control connection of a command to the running instance. For one thread.
 */
final class CommandLink implements ControlHandler, AutoCloseable {

	private static final Duration CONNECT = Duration.ofSeconds(5);

	/** The instance pings whoever is connected to it, every two seconds. */
	private static final Duration SILENCE = Duration.ofSeconds(15);

	private static final Duration LOOK = Duration.ofSeconds(1);

	private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

	private final ControlConnection connection;

	private CommandLink(Path socket) throws IOException {
		this.connection = ControlClient.connect(new ControlPath(socket), CONNECT, this);
	}

	/**
	 * Connect to the instance behind a control path.
	 * @throws IOException as {@link ControlClient#connect} does
	 */
	static CommandLink open(Path socket) throws IOException {
		return new CommandLink(socket);
	}

	long pid() {
		return this.connection.peer().pid();
	}

	void send(Message request) {
		this.connection.send(request);
	}

	/**
	 * Wait for what the instance has to say next, for as long as it lives.
	 * @return its next answer
	 * @throws ProtocolException if this release does not understand it, or it not this
	 * one
	 * @throws LinkLostException if it has ended, or does not answer any more
	 */
	CommandAnswer next() throws ProtocolException, LinkLostException {
		try {
			while (true) {
				Event event = this.events.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
				if (event != null) {
					return event.get();
				}
				if (this.connection.sinceLastFrame().compareTo(SILENCE) > 0) {
					throw new LinkLostException("has not answered for " + SILENCE.toSeconds() + " s");
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new LinkLostException("is watched no longer");
		}
	}

	@Override
	public void onMessage(ControlConnection connection, Message message) {
		try (message) {
			if (message.type() == MessageType.BYE) {
				said(message);
				return;
			}
			CommandAnswer answer = CommandMessages.read(message);
			if (answer != null) {
				this.events.add(() -> answer);
			}
		}
		catch (ProtocolException ex) {
			this.events.add(() -> {
				throw ex;
			});
		}
	}

	private void said(Message bye) {
		String text = bye.field(ByeReason.TEXT_FIELD);
		if (ByeReason.of(bye) == ByeReason.PROTOCOL) {
			this.events.add(() -> {
				throw new ProtocolException(String.valueOf(text));
			});
		}
	}

	@Override
	public void onEnd(ControlConnection connection, @Nullable Exception cause) {
		this.events.add(() -> {
			throw new LinkLostException("has ended, or has closed the connection");
		});
	}

	@Override
	public void close() {
		this.connection.close();
	}

	/**
	 * What the instance has said, or that it says nothing more.
	 */
	private interface Event {

		CommandAnswer get() throws ProtocolException, LinkLostException;

	}

	/**
	 * The instance is not there any more.
	 */
	@SuppressWarnings("serial")
	static final class LinkLostException extends Exception {

		LinkLostException(String message) {
			super(message);
		}

	}

}
