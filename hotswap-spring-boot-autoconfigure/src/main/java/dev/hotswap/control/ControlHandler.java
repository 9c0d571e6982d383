package dev.hotswap.control;

import org.jspecify.annotations.Nullable;

/**
 * What happens on a control connection. All methods are called on the connection's reader
 * thread, in the order open, messages, end. While one of them runs nothing more is read,
 * and no {@link MessageType#PING} is answered: a handler hands over and returns. An
 * exception out of one of them ends the connection.
 */
public interface ControlHandler {

	/**
	 * The connection is established and the peer's credentials have been checked; nothing
	 * has been read yet.
	 * @param connection the connection
	 */
	default void onOpen(ControlConnection connection) {
	}

	/**
	 * A message has arrived. {@link MessageType#PING}, {@link MessageType#PONG} and
	 * unknown types do not get here.
	 * @param connection the connection
	 * @param message the message, which the handler owns
	 */
	void onMessage(ControlConnection connection, Message message);

	/**
	 * The connection has ended. Called exactly once, after the last message.
	 * @param connection the connection
	 * @param cause why, or {@code null} when either side ended it in an orderly way
	 */
	void onEnd(ControlConnection connection, @Nullable Exception cause);

}
