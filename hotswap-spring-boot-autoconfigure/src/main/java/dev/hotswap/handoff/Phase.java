package dev.hotswap.handoff;

import dev.hotswap.Role;
import dev.hotswap.Stage;

/**
 * Where a process stands, on either side of a handoff. Each phase waits for something.
 */
enum Phase {

	/** A process that succeeds nobody (yet): its application starts. */
	BOOTING(Role.ACTIVE, Stage.IDLE),

	/** Said hello; the main thread waits for the offer. */
	HELLO_SENT(Role.SUCCEEDING, Stage.IDLE),

	/** Holds the listeners; the application starts. */
	STARTING(Role.SUCCEEDING, Stage.START),

	/** The application is warmed up. */
	WARMING_UP(Role.SUCCEEDING, Stage.WARM_UP),

	/** The application's readiness is asked. */
	CHECKING_HEALTH(Role.SUCCEEDING, Stage.HEALTH_CHECK),

	/** Waits for CUTOVER. */
	READY(Role.SUCCEEDING, Stage.HEALTH_CHECK),

	/** Takes the control path. */
	TAKING_PATH(Role.SUCCEEDING, Stage.CUTOVER),

	/** Opens its gates. */
	OPENING_GATES(Role.SUCCEEDING, Stage.CUTOVER),

	/** Serves; no handoff runs. */
	IDLE(Role.ACTIVE, Stage.IDLE),

	/** Asks the prechecks. */
	PRECHECKING(Role.ACTIVE, Stage.PRECHECK),

	/** Asks the older generation that could still resume to give that up. */
	RELEASING(Role.ACTIVE, Stage.PRECHECK),

	/** Verifies the release. */
	VERIFYING(Role.ACTIVE, Stage.VERIFY),

	/** Launches, and waits for HELLO. */
	LAUNCHING(Role.ACTIVE, Stage.LAUNCH),

	/** Has offered; the successor starts, warms up and checks its health. */
	SUCCESSOR_STARTING(Role.ACTIVE, Stage.START),

	/** CUTOVER is sent: waits for SERVING, accepting all the while. */
	CUTTING_OVER(Role.ACTIVE, Stage.CUTOVER),

	/** The handoff has failed: waits until the successor can do no harm. */
	FENCING(Role.ACTIVE, Stage.IDLE),

	/** The handoff has failed after CUTOVER: takes the control path back. */
	RECLAIMING(Role.ACTIVE, Stage.IDLE),

	/**
	 * Has asked its predecessor to serve again: waits for that, accepting all the while.
	 */
	REVERTING(Role.ACTIVE, Stage.CUTOVER),

	/** The revert has failed: takes the control path back. */
	RESTORING_PATH(Role.ACTIVE, Stage.IDLE),

	/** The successor serves: accepts less and less (hotswap.cutover.ramp). */
	RAMPING(Role.DRAINING, Stage.DRAIN),

	/** The successor serves: stops accepting. */
	STOPPING_ACCEPT(Role.DRAINING, Stage.DRAIN),

	/** Finishes what it accepted. */
	DRAINING(Role.DRAINING, Stage.DRAIN),

	/** Drained, and able to resume. */
	STANDBY(Role.STANDBY, Stage.STANDBY),

	/** Its successor is no more, or hands back: opens its gates again. */
	REOPENING(Role.ACTIVE, Stage.IDLE),

	/** ... and takes the control path back. */
	RETAKING_PATH(Role.ACTIVE, Stage.IDLE),

	/** Drained: exits, in the stage that it is in. */
	DRAINED(Role.DRAINING, Stage.IDLE),

	/** Told to stop, with nobody to succeed it: drains. */
	LEAVING(Role.DRAINING, Stage.IDLE),

	/** A successor that gives up, or a process that is being stopped. */
	ENDING(Role.DRAINING, Stage.IDLE);

	private final Role role;

	private final Stage stage;

	Phase(Role role, Stage stage) {
		this.role = role;
		this.stage = stage;
	}

	Role role() {
		return this.role;
	}

	Stage stage() {
		return this.stage;
	}

}
