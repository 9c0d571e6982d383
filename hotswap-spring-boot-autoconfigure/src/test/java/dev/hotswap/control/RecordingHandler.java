package dev.hotswap.control;

import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Keeps what a connection reports, for a test to wait for.
 */
class RecordingHandler implements ControlHandler {

	final CompletableFuture<ControlConnection> connection = new CompletableFuture<>();

	final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();

	private final Set<ControlConnection> ended = ConcurrentHashMap.newKeySet();

	private final CompletableFuture<@Nullable Exception> end = new CompletableFuture<>();

	@Override
	public void onOpen(ControlConnection connection) {
		this.connection.complete(connection);
	}

	@Override
	public void onMessage(ControlConnection connection, Message message) {
		this.messages.add(message);
	}

	@Override
	public void onEnd(ControlConnection connection, @Nullable Exception cause) {
		if (!this.ended.add(connection)) {
			throw new IllegalStateException("The end was reported twice");
		}
		this.end.complete(cause);
	}

	ControlConnection connection() throws Exception {
		return this.connection.get(10, TimeUnit.SECONDS);
	}

	Message next() throws Exception {
		Message message = this.messages.poll(10, TimeUnit.SECONDS);
		if (message == null) {
			throw new AssertionError("No message came");
		}
		return message;
	}

	@Nullable Exception end() throws Exception {
		return this.end.get(15, TimeUnit.SECONDS);
	}

	boolean hasEnded() {
		return this.end.isDone();
	}

}
