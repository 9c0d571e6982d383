package dev.hotswap;

import org.springframework.context.ApplicationEvent;

/**
 * Published in either process when a handoff enters a stage, on a thread of its own and
 * in order; a listener that blocks delays later events, not the handoff.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public class HandoffStageEvent extends ApplicationEvent {

	private final String handoffId;

	private final Stage stage;

	private final Role role;

	/**
	 * Create the event.
	 * @param source who publishes it
	 * @param handoffId the id of the handoff
	 * @param stage the stage that it enters; {@link Stage#IDLE} when it ends
	 * @param role the role of this process in it
	 */
	public HandoffStageEvent(Object source, String handoffId, Stage stage, Role role) {
		super(source);
		this.handoffId = handoffId;
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
