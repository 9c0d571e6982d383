package dev.hotswap.command;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

import dev.hotswap.control.MessageType;

/**
 * What an operator can ask of the running instance.
 */
public enum Command {

	/**
	 * Hand over to a successor.
	 */
	HANDOFF(MessageType.HANDOFF),

	/**
	 * Show what the instance is and does.
	 */
	STATUS(MessageType.STATUS),

	/**
	 * End the handoff that runs, before its successor serves.
	 */
	ABORT(MessageType.ABORT),

	/**
	 * Let the predecessor serve again, while it drains or stands by.
	 */
	REVERT(MessageType.REVERT);

	private final MessageType request;

	Command(MessageType request) {
		this.request = request;
	}

	MessageType request() {
		return this.request;
	}

	/**
	 * Find a command by its name.
	 * @param name as an operator writes it, in any case
	 * @return the command, or empty when there is none of that name
	 */
	public static Optional<Command> named(String name) {
		return Arrays.stream(values())
			.filter((command) -> command.toString().equalsIgnoreCase(name.trim()))
			.findFirst();
	}

	/**
	 * The name as an operator writes it.
	 * @return the name in lower case
	 */
	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT);
	}

	/**
	 * What {@link #HANDOFF} waits for.
	 */
	public enum Until {

		/**
		 * The successor serves, and the predecessor accepts nothing any more.
		 */
		SERVED,

		/**
		 * The predecessor has finished what it had accepted, too.
		 */
		DRAINED

	}

}
