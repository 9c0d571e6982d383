package dev.hotswap;

/**
 * Starts and watches the handoff of this application; a bean of the root context wherever
 * Hotswap is on. Thread-safe.
 *
 * @since 0.1.0
 */
public interface Handoff {

	/**
	 * Start a handoff: launch a successor and hand over to it. Returns as soon as the
	 * handoff has begun; {@link #status()} and {@link HandoffStageEvent} tell how it
	 * goes.
	 * @param trigger what to note as its trigger
	 * @return the id of the handoff
	 * @throws HandoffRefusedException if another one runs or this process is not
	 * {@link Role#ACTIVE}
	 */
	String start(HandoffTrigger trigger);

	/**
	 * Abort the handoff that runs. Clients notice nothing: this process serves on.
	 * @return whether there was one that could still be aborted
	 */
	boolean abort();

	/**
	 * What this process is and does.
	 * @return the status of this moment
	 */
	HandoffStatus status();

}
