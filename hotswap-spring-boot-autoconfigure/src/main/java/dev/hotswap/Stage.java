package dev.hotswap;

/**
 * The stages of a handoff, in the order in which they happen.
 *
 * @since 0.1.0
 */
public enum Stage {

	/**
	 * No handoff runs.
	 */
	IDLE,

	/**
	 * {@link HandoffPrecheck} beans are asked.
	 */
	PRECHECK,

	/**
	 * The release to launch is verified.
	 */
	VERIFY,

	/**
	 * The successor is started and has not been heard of yet.
	 */
	LAUNCH,

	/**
	 * The successor has the listeners and its application context starts.
	 */
	START,

	/**
	 * The successor is warmed up behind its closed gates.
	 */
	WARM_UP,

	/**
	 * The successor's readiness is asked.
	 */
	HEALTH_CHECK,

	/**
	 * Accepting moves from the predecessor to the successor.
	 */
	CUTOVER,

	/**
	 * The predecessor finishes what it accepted.
	 */
	DRAIN,

	/**
	 * The drained predecessor could still resume.
	 */
	STANDBY

}
