package dev.hotswap.control;

/**
 * What a frame on the control socket says. The names are the wire's.
 */
public enum MessageType {

	/** The first word of whoever connects. */
	HELLO,

	/** The listeners, with their descriptors. */
	OFFER,

	/** How far a side is, while the other waits. */
	PROGRESS,

	/** The successor could serve. */
	READY,

	/** The successor is to take the control path and to open its gates. */
	CUTOVER,

	/** The sender accepts connections. */
	SERVING,

	/** Idle connections, with their descriptors. */
	CONNECTIONS,

	/** Connections that the successor serves now, and those that it did not take. */
	ADOPTED,

	/** The predecessor has finished what it accepted. */
	DRAINED,

	/** What an older generation still holds. */
	DRAINING,

	/** An older generation is to drain and exit, and to resume no more. */
	RELEASE,

	/** The answer to {@link #RELEASE}. */
	RELEASED,

	/** A deliberate end of the connection, with a {@link ByeReason}. */
	BYE,

	/** Answered with {@link #PONG} by the connection itself. */
	PING,

	/** The answer to {@link #PING}. */
	PONG,

	/** Asks for the status. */
	STATUS,

	/** Asks for a handoff. */
	HANDOFF,

	/** Asks for the end of the handoff that runs. */
	ABORT,

	/** The predecessor is to serve again, or asks for that. */
	REVERT,

	/** Another process is active: an older generation is to find it. */
	REDIRECT,

	/** The answer to a request. */
	REPLY,

	/** What became of a handoff, to an operator's command that waits for it. */
	RESULT,

	/**
	 * A type that this release does not know. Such a frame is read and dropped; it cannot
	 * be sent.
	 */
	UNKNOWN;

	static MessageType of(String name) {
		for (MessageType type : values()) {
			if (type.name().equals(name)) {
				return type;
			}
		}
		return UNKNOWN;
	}

}
