package dev.hotswap;

import org.springframework.context.ApplicationEvent;

/**
 * Published when this process takes on another role, on a thread of its own and in order
 * with {@link HandoffStageEvent}s. An application stops its schedulers and message
 * listeners on {@link Role#DRAINING} and starts them on {@link Role#ACTIVE}; what must be
 * finished before the process exits is a {@link DrainParticipant}'s.
 * <p>
 * A predecessor becomes {@code DRAINING}, {@code STANDBY}, and {@code DRAINING} again
 * when it exits or {@code ACTIVE} when it serves again; a successor is {@code SUCCEEDING}
 * until it becomes {@code ACTIVE}. A process that succeeds nobody is {@code ACTIVE} from
 * its start, without an event. Listeners are called one after the other in their order;
 * one that throws, or that takes longer than ten seconds, is logged by its name and holds
 * up no other.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public class HandoffRoleEvent extends ApplicationEvent {

	/** The new role. */
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
