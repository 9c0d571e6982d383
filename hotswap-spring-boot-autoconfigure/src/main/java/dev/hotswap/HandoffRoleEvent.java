package dev.hotswap;

import org.springframework.context.ApplicationEvent;

/**
 * Published when this process takes on another role, on a thread of its own and in order
 * with {@link HandoffStageEvent}s. An application stops its schedulers and message
 * listeners on {@link Role#DRAINING} and starts them on {@link Role#ACTIVE}.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public class HandoffRoleEvent extends ApplicationEvent {

	private final Role role;

	/**
	 * Create the event.
	 * @param source who publishes it
	 * @param role the new role
	 */
	public HandoffRoleEvent(Object source, Role role) {
		super(source);
		this.role = role;
	}

	/**
	 * The new role.
	 * @return the role
	 */
	public Role getRole() {
		return this.role;
	}

}
