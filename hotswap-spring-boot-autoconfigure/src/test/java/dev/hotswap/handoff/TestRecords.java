package dev.hotswap.handoff;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Stage;
import dev.hotswap.process.LaunchAdditions;

/**
 * Handoffs to tell of, and settings.
 */
final class TestRecords {

	private TestRecords() {
	}

	/** A handoff of which everything is known. */
	static HandoffRecord full(String id) {
		return new HandoffRecord(id, HandoffTrigger.ENDPOINT, new HandoffRecord.Party(100, 3, "v1"),
				new HandoffRecord.Party(200, 4, "v2"), Instant.parse("2026-01-02T03:04:05.678Z"),
				HandoffRecord.Result.FAILED, Stage.WARM_UP, FailureCode.SUCCESSOR_EXITED, "It is = a; long\nstory.",
				137, Map.of(Stage.LAUNCH, 12L, Stage.START, 3456L), new HandoffRecord.Connections(1, 2, 3, 4));
	}

	/** A handoff of which little is known. */
	static HandoffRecord sparse(String id) {
		return new HandoffRecord(id, HandoffTrigger.SIGNAL, new HandoffRecord.Party(100, 1, null), null, Instant.EPOCH,
				HandoffRecord.Result.SUCCEEDED, Stage.DRAIN, null, null, null, Map.of(), null);
	}

	/** A handoff whose predecessor has drained. */
	static HandoffRecord drained(String id, long drainMillis) {
		return new HandoffRecord(id, HandoffTrigger.SIGNAL, new HandoffRecord.Party(100, 1, null),
				new HandoffRecord.Party(200, 2, null), Instant.EPOCH, HandoffRecord.Result.SUCCEEDED, Stage.DRAIN, null,
				null, null, Map.of(Stage.START, 1000L, Stage.DRAIN, drainMillis),
				new HandoffRecord.Connections(1, 0, 0, 0));
	}

	static HandoffSettings settings(Path controlSocket, boolean takeover) {
		return new HandoffSettings("shop", null, controlSocket, takeover, LaunchAdditions.none(), Set.of(), true,
				Duration.ofMinutes(1), Duration.ZERO, Duration.ofHours(1), Duration.ZERO, 4, Duration.ZERO,
				Duration.ZERO, Duration.ofMinutes(1), true, true);
	}

}
