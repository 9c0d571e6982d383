package dev.hotswap;

/**
 * What a process is to the clients of its listeners.
 *
 * @since 0.1.0
 */
public enum Role {

	/**
	 * Accepts connections, and is the one that a handoff can be asked of.
	 */
	ACTIVE,

	/**
	 * Starts up to take over; its gates are closed.
	 */
	SUCCEEDING,

	/**
	 * Accepts nothing any more and finishes what it accepted.
	 */
	DRAINING,

	/**
	 * Drained, but still holds the listeners and can resume.
	 */
	STANDBY

}
