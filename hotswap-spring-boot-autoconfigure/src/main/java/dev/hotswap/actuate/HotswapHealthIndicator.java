package dev.hotswap.actuate;

import dev.hotswap.Handoff;
import dev.hotswap.HandoffStatus;
import dev.hotswap.Role;
import dev.hotswap.Stage;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * Role, generation and stage of this process, and the revision of its configuration. A
 * process that is leaving reports {@link #DRAINING}. Thread-safe, and never blocks.
 *
 * @since 0.1.0
 */
public final class HotswapHealthIndicator extends AbstractHealthIndicator {

	/**
	 * The status of a process that is leaving.
	 */
	public static final Status DRAINING = new Status("DRAINING",
			"The process finishes what it accepted and accepts nothing more");

	private final Handoff handoff;

	/**
	 * Create an indicator.
	 * @param handoff the handoff of this application
	 */
	public HotswapHealthIndicator(Handoff handoff) {
		this.handoff = handoff;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		HandoffStatus status = this.handoff.status();
		boolean leaving = status.role() == Role.DRAINING || status.role() == Role.STANDBY;
		HandoffStatus.Running running = status.handoff();
		builder.status(leaving ? DRAINING : Status.UP)
			.withDetail("role", status.role())
			.withDetail("generation", status.generation())
			.withDetail("stage", (running != null) ? running.stage() : Stage.IDLE);
		if (status.revision() != null) {
			builder.withDetail("revision", status.revision());
		}
	}

}
