package dev.hotswap;

import org.jspecify.annotations.Nullable;

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
	default String start(HandoffTrigger trigger) {
		return start(trigger, null);
	}

	/**
	 * Start a handoff to a release, as {@link #start(HandoffTrigger)} does.
	 * @param trigger what to note as its trigger
	 * @param release the version to launch, or {@code null} for that which runs, or is
	 * current
	 * @return the id of the handoff
	 * @throws HandoffRefusedException if another one runs or this process is not
	 * {@link Role#ACTIVE}
	 */
	String start(HandoffTrigger trigger, @Nullable String release);

	/**
	 * Abort the handoff that runs, and this process serves on; or, if the older
	 * generation that this process has succeeded can still resume (it is in
	 * {@link Stage#DRAIN} or {@link Stage#STANDBY}), revert the last one, and that serves
	 * again. Clients notice nothing of either.
	 * @return whether there was anything to abort or to revert; a revert has only begun
	 */
	boolean abort();

	/**
	 * What this process is and does.
	 * @return the status of this moment
	 */
	HandoffStatus status();

}
