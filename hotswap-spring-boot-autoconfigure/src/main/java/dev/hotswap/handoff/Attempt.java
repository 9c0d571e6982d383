package dev.hotswap.handoff;

import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Stage;
import org.jspecify.annotations.Nullable;

/**
 * The story of one handoff while it happens, as it will stand in the history. Belongs to
 * the state machine and is touched by its thread only.
 */
final class Attempt {

	/** The history travels in one frame, so its entries are bounded. */
	private static final int MAX_MESSAGE = 2000;

	private final String id;

	private final HandoffTrigger trigger;

	private final Instant started;

	private final HandoffRecord.Party from;

	private final @Nullable String release;

	private final Map<Stage, Long> stageNanos = new EnumMap<>(Stage.class);

	private HandoffRecord.@Nullable Party to;

	private Stage stage = Stage.IDLE;

	private long stageEntered;

	private @Nullable FailureCode code;

	private @Nullable String message;

	private @Nullable Integer exitStatus;

	Attempt(String id, HandoffTrigger trigger, Instant started, HandoffRecord.Party from, @Nullable String release) {
		this.id = id;
		this.trigger = trigger;
		this.started = started;
		this.from = from;
		this.release = release;
	}

	String id() {
		return this.id;
	}

	HandoffTrigger trigger() {
		return this.trigger;
	}

	HandoffRecord.Party from() {
		return this.from;
	}

	/**
	 * The release that was asked for.
	 */
	@Nullable String release() {
		return this.release;
	}

	Stage stage() {
		return this.stage;
	}

	Action.SendOffer offer(int link, boolean launched) {
		return new Action.SendOffer(link, this.id, this.trigger, this.from, launched);
	}

	void successor(long pid, int generation, @Nullable String release) {
		this.to = new HandoffRecord.Party(pid, generation, release);
	}

	void enter(Stage stage, long now) {
		leave(now);
		this.stage = stage;
	}

	void leave(long now) {
		if (this.stage != Stage.IDLE) {
			this.stageNanos.merge(this.stage, now - this.stageEntered, Long::sum);
		}
		this.stageEntered = now;
	}

	void fail(FailureCode code, String message) {
		this.code = code;
		this.message = (message.length() <= MAX_MESSAGE) ? message : message.substring(0, MAX_MESSAGE) + "…";
	}

	/** It has not failed after all. */
	void goOn() {
		this.code = null;
		this.message = null;
	}

	void exitStatus(@Nullable Integer exitStatus) {
		if (exitStatus != null) {
			this.exitStatus = exitStatus;
		}
	}

	HandoffRecord record(HandoffRecord.@Nullable Connections connections) {
		Map<Stage, Long> stageMillis = new EnumMap<>(Stage.class);
		this.stageNanos.forEach((stage, nanos) -> stageMillis.put(stage, TimeUnit.NANOSECONDS.toMillis(nanos)));
		HandoffRecord.Result result = (this.code == null) ? HandoffRecord.Result.SUCCEEDED
				: HandoffRecord.Result.FAILED;
		return new HandoffRecord(this.id, this.trigger, this.from, this.to, this.started, result, this.stage, this.code,
				this.message, this.exitStatus, stageMillis, connections);
	}

}
