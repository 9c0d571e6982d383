package dev.hotswap.actuate;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffStatus;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Role;
import dev.hotswap.Stage;
import org.jspecify.annotations.Nullable;

/**
 * What the endpoint answers. Unknown is {@code null}, never absent, so that scripts can
 * rely on every key.
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
record HotswapDescriptor(Role role, int generation, long pid, String application, @Nullable String release,
		@Nullable String revision, Instant since, List<HandoffStatus.Listener> listeners, @Nullable Running handoff,
		List<Draining> draining, List<Entry> history) {

	static HotswapDescriptor of(HandoffStatus status) {
		return new HotswapDescriptor(status.role(), status.generation(), status.pid(), status.application(),
				status.release(), status.revision(), status.since(), status.listeners(), Running.of(status.handoff()),
				status.draining().stream().map(Draining::of).toList(),
				status.history().stream().map(Entry::of).toList());
	}

	/**
	 * The handoff that runs.
	 */
	@JsonInclude(JsonInclude.Include.ALWAYS)
	record Running(String id, Stage stage, Instant stageStarted, @Nullable Long successorPid) {

		static @Nullable Running of(HandoffStatus.@Nullable Running running) {
			return (running != null)
					? new Running(running.id(), running.stage(), running.stageStarted(), running.successorPid()) : null;
		}

	}

	/**
	 * An older generation.
	 */
	@JsonInclude(JsonInclude.Include.ALWAYS)
	record Draining(String id, long pid, int generation, Role role, HandoffStatus.@Nullable Held held,
			@Nullable Instant deadline) {

		static Draining of(HandoffStatus.Draining draining) {
			return new Draining(draining.id(), draining.pid(), draining.generation(), draining.role(), draining.held(),
					draining.deadline());
		}

	}

	/**
	 * An entry of the history.
	 */
	@JsonInclude(JsonInclude.Include.ALWAYS)
	record Entry(String id, HandoffTrigger trigger, Party from, @Nullable Party to, Instant started,
			HandoffRecord.Result result, Stage stage, @Nullable String code, @Nullable String message,
			@Nullable Integer exitStatus, Map<Stage, Long> stageMillis,
			HandoffRecord.@Nullable Connections connections) {

		static Entry of(HandoffRecord handoff) {
			FailureCode code = handoff.code();
			return new Entry(handoff.id(), handoff.trigger(), Party.of(handoff.from()),
					(handoff.to() != null) ? Party.of(handoff.to()) : null, handoff.started(), handoff.result(),
					handoff.stage(), (code != null) ? code.code() : null, handoff.message(), handoff.exitStatus(),
					handoff.stageMillis(), handoff.connections());
		}

	}

	/**
	 * One side of a handoff.
	 */
	@JsonInclude(JsonInclude.Include.ALWAYS)
	record Party(long pid, int generation, @Nullable String release) {

		static Party of(HandoffRecord.Party party) {
			return new Party(party.pid(), party.generation(), party.release());
		}

	}

}
