package dev.hotswap.control;

import java.util.ArrayDeque;
import java.util.Deque;

import org.jspecify.annotations.Nullable;

/**
 * The messages that a connection's writer has still to write. Owns them until they are
 * taken. Thread-safe.
 */
final class SendQueue {

	private final int capacity;

	private final Deque<Message> messages = new ArrayDeque<>();

	private boolean finished;

	SendQueue(int capacity) {
		this.capacity = capacity;
	}

	/**
	 * Add a message.
	 * @param message the message, which is closed if it is not added
	 * @return {@code false} if the queue is full; {@code true} if the message was added,
	 * or dropped because the queue is finished
	 */
	synchronized boolean offer(Message message) {
		if (!this.finished && this.messages.size() < this.capacity) {
			this.messages.add(message);
			notifyAll();
			return true;
		}
		message.close();
		return this.finished;
	}

	/**
	 * Add the last message; there is always room for it.
	 * @param last the message, which is closed if the queue is finished already
	 * @return whether it was added
	 */
	synchronized boolean finish(Message last) {
		if (this.finished) {
			last.close();
			return false;
		}
		this.messages.add(last);
		this.finished = true;
		notifyAll();
		return true;
	}

	/**
	 * Drop what has not been taken and take nothing more.
	 */
	synchronized void close() {
		this.finished = true;
		this.messages.forEach(Message::close);
		this.messages.clear();
		notifyAll();
	}

	/**
	 * Wait for a message and take it.
	 * @return the message, which the caller owns, or {@code null} after the last one
	 */
	synchronized @Nullable Message take() {
		while (this.messages.isEmpty()) {
			if (this.finished) {
				return null;
			}
			try {
				wait();
			}
			catch (InterruptedException ex) {
				return null;
			}
		}
		return this.messages.remove();
	}

}
