package dev.hotswap;

/**
 * What started a handoff.
 *
 * @since 0.1.0
 */
public enum HandoffTrigger {

	/**
	 * A signal, customarily SIGUSR2.
	 */
	SIGNAL,

	/**
	 * A POST to the actuator endpoint.
	 */
	ENDPOINT,

	/**
	 * The operator's command over the control socket, or a call of {@link Handoff}.
	 */
	COMMAND,

	/**
	 * An operator's start with {@code --hotswap.takeover}.
	 */
	TAKEOVER,

	/**
	 * A change of what the process was started from.
	 */
	WATCH

}
