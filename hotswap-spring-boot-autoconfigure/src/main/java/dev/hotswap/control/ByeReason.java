package dev.hotswap.control;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Why a side ends a control connection deliberately.
 */
public enum ByeReason {

	/** The handoff ends without success. */
	ABORTED,

	/** The other process is no longer needed, or no longer bound. */
	RELEASED,

	/** An operator stops the sender's process. */
	STOPPING,

	/** The sender does not deal with this peer. */
	REFUSED,

	/** The receiver did not keep to the control protocol. */
	PROTOCOL;

	/** The field of a {@link MessageType#BYE} that holds the reason. */
	public static final String FIELD = "reason";

	/** The field that holds the failure's code. */
	public static final String CODE_FIELD = "code";

	/** The field that holds a sentence for people. */
	public static final String TEXT_FIELD = "text";

	/**
	 * The reason as it is on the wire.
	 * @return the name in lower case
	 */
	public String wireName() {
		return name().toLowerCase(Locale.ROOT);
	}

	/**
	 * The reason of a {@link MessageType#BYE}.
	 * @param bye the message
	 * @return the reason, or {@code null} when it is absent or this release does not know
	 * it
	 */
	public static @Nullable ByeReason of(Message bye) {
		String name = bye.field(FIELD);
		for (ByeReason reason : values()) {
			if (reason.wireName().equals(name)) {
				return reason;
			}
		}
		return null;
	}

}
