package dev.hotswap.actuate;

import java.time.Instant;
import java.util.List;

import dev.hotswap.Handoff;
import dev.hotswap.HandoffRefusedException;
import dev.hotswap.HandoffStatus;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Role;
import dev.hotswap.Stage;
import org.jspecify.annotations.Nullable;

/**
 * A handoff that is as a test says.
 */
final class TestHandoff implements Handoff {

	static final Instant SINCE = Instant.parse("2026-01-02T03:04:05.678Z");

	volatile HandoffStatus status = status(Role.ACTIVE, null);

	@Nullable HandoffTrigger trigger;

	@Nullable String release;

	boolean aborted;

	static HandoffStatus status(Role role, HandoffStatus.@Nullable Running running) {
		return new HandoffStatus(role, 3, 4711, "shop", null, null, SINCE, List.of(), running, List.of(), List.of());
	}

	static HandoffStatus.Running running(Stage stage) {
		return new HandoffStatus.Running("1a2b3c4d", stage, SINCE.plusSeconds(60), null);
	}

	@Override
	public String start(HandoffTrigger trigger, @Nullable String release) {
		HandoffStatus.Running running = this.status.handoff();
		if (running != null) {
			throw new HandoffRefusedException("One at a time.", running.id(), running.stage());
		}
		if (this.status.role() != Role.ACTIVE) {
			throw new HandoffRefusedException("Ask the active one.", null, Stage.IDLE);
		}
		this.trigger = trigger;
		this.release = release;
		return "1a2b3c4d";
	}

	@Override
	public boolean abort() {
		boolean possible = this.status.handoff() != null || !this.status.draining().isEmpty();
		this.aborted = possible && this.status.role() == Role.ACTIVE;
		return this.aborted;
	}

	@Override
	public HandoffStatus status() {
		return this.status;
	}

}
