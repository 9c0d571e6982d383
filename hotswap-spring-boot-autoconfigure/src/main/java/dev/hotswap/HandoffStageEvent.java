package dev.hotswap;

import org.springframework.context.ApplicationEvent;

/**
 * Published in either process when a handoff enters a stage, on a thread of its own and
 * in order. The predecessor enters {@code PRECHECK}, {@code VERIFY} and {@code LAUNCH}
 * (but the last two not for a process that an operator started), {@code START},
 * {@code WARM_UP}, {@code HEALTH_CHECK}, {@code CUTOVER}, {@code DRAIN} and
 * {@code STANDBY}, and then exits; or {@code IDLE} as soon as it serves on, or again. The
 * successor enters {@code START} to {@code CUTOVER}, and {@code IDLE} when it serves;
 * what happens before its context is refreshed is published then. A handoff that went by
 * a stage quickly may not have published it.
 * <p>
 * Listeners are called one after the other in their order; one that throws, or that takes
 * longer than ten seconds, is logged by its name and holds up neither the handoff nor
 * another listener.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public class HandoffStageEvent extends ApplicationEvent {

	/** The id. */
	private final String handoffId;

	/** What started the handoff. */
	private final HandoffTrigger trigger;

	/** The stage. */
	private final Stage stage;

	/** The role of the process that tells. */
	private final Role role;

	/**
	 * Create the event.
	 * @param source who publishes it
	 * @param handoffId the id of the handoff
	 * @param trigger what started it
	 * @param stage the stage that it enters; {@link Stage#IDLE} when it ends
	 * @param role the role of this process in it
	 */
	public HandoffStageEvent(Object source, String handoffId, HandoffTrigger trigger, Stage stage, Role role) {
		super(source);
		this.handoffId = handoffId;
		this.trigger = trigger;
		this.stage = stage;
		this.role = role;
	}

	/**
	 * The handoff.
	 * @return its id
	 */
	public String getHandoffId() {
		return this.handoffId;
	}

	/**
	 * What started the handoff.
	 * @return its trigger
	 */
	public HandoffTrigger getTrigger() {
		return this.trigger;
	}

	/**
	 * The stage that the handoff enters.
	 * @return the stage
	 */
	public Stage getStage() {
		return this.stage;
	}

	/**
	 * The role of this process: {@link Role#SUCCEEDING} in the successor.
	 * @return the role
	 */
	public Role getRole() {
		return this.role;
	}

}
