package dev.hotswap.actuate;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffStageEvent;
import dev.hotswap.HandoffStatus;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Role;
import dev.hotswap.Stage;
import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.support.StaticApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link HandoffObservations}.
 */
class HandoffObservationsTests {

	private final TestHandoff handoff = new TestHandoff();

	private final ObservationRegistry registry = ObservationRegistry.create();

	private final Recorder recorder = new Recorder();

	private final StaticApplicationContext context = new StaticApplicationContext();

	private final HandoffObservations observations = new HandoffObservations(this.handoff, this.registry, null);

	@BeforeEach
	void record() {
		this.registry.observationConfig().observationHandler(this.recorder);
		this.observations.setApplicationContext(this.context);
	}

	@Test
	void predecessorObservesUntilItExits() {
		enter(Stage.PRECHECK, Stage.LAUNCH, Stage.START, Stage.CUTOVER, Stage.DRAIN);
		assertThat(this.recorder.stopped).isEmpty();
		outcome(null);
		this.observations.onApplicationEvent(new ContextClosedEvent(this.context));
		assertThat(this.recorder.events).containsExactly("PRECHECK", "LAUNCH", "START", "CUTOVER", "DRAIN");
		assertThat(this.recorder.stopped).singleElement().satisfies((context) -> {
			assertThat(context.getName()).isEqualTo("hotswap.handoff");
			assertThat(values(context.getLowCardinalityKeyValues())).containsExactlyInAnyOrder("trigger=ENDPOINT",
					"result=SUCCEEDED", "code=none");
			assertThat(values(context.getHighCardinalityKeyValues())).containsExactlyInAnyOrder("handoff=h1",
					"predecessor=100", "successor=200");
			assertThat(context.getError()).isNull();
		});
	}

	@Test
	void failedHandoffIsAnError() {
		enter(Stage.PRECHECK, Stage.LAUNCH);
		outcome(FailureCode.LAUNCH);
		enter(Stage.IDLE);
		assertThat(this.recorder.stopped).singleElement().satisfies((context) -> {
			assertThat(values(context.getLowCardinalityKeyValues())).contains("result=FAILED", "code=launch");
			assertThat(context.getError()).hasMessageContaining("It went wrong.");
		});
	}

	@Test
	void keysAreThereFromTheStart() {
		enter(Stage.PRECHECK);
		assertThat(this.recorder.started).singleElement()
			.satisfies((context) -> assertThat(values(context.getLowCardinalityKeyValues()))
				.containsExactlyInAnyOrder("trigger=ENDPOINT", "result=none", "code=none"));
	}

	@Test
	void successorObservesNothing() {
		for (Stage stage : List.of(Stage.START, Stage.CUTOVER, Stage.IDLE)) {
			this.observations
				.onApplicationEvent(new HandoffStageEvent(this, "h1", HandoffTrigger.ENDPOINT, stage, Role.SUCCEEDING));
		}
		assertThat(this.recorder.started).isEmpty();
	}

	@Test
	void conventionOfTheApplicationIsUsed() {
		HandoffObservations observations = new HandoffObservations(this.handoff, this.registry,
				new HandoffObservationConvention() {
					@Override
					public String getName() {
						return "deployment";
					}
				});
		observations
			.onApplicationEvent(new HandoffStageEvent(this, "h1", HandoffTrigger.SIGNAL, Stage.PRECHECK, Role.ACTIVE));
		assertThat(this.recorder.started).singleElement()
			.satisfies((context) -> assertThat(context.getName()).isEqualTo("deployment"));
	}

	private void enter(Stage... stages) {
		for (Stage stage : stages) {
			this.observations
				.onApplicationEvent(new HandoffStageEvent(this, "h1", HandoffTrigger.ENDPOINT, stage, Role.ACTIVE));
		}
	}

	private void outcome(@Nullable FailureCode code) {
		HandoffRecord record = new HandoffRecord("h1", HandoffTrigger.ENDPOINT, new HandoffRecord.Party(100, 1, null),
				new HandoffRecord.Party(200, 2, null), Instant.EPOCH,
				(code != null) ? HandoffRecord.Result.FAILED : HandoffRecord.Result.SUCCEEDED, Stage.DRAIN, code,
				(code != null) ? "It went wrong." : null, null, Map.of(), null);
		this.handoff.status = new HandoffStatus(Role.ACTIVE, 1, 100, "shop", null, null, Instant.EPOCH, List.of(), null,
				List.of(), List.of(record));
	}

	private static List<String> values(Iterable<KeyValue> values) {
		List<String> texts = new ArrayList<>();
		values.forEach((value) -> texts.add(value.getKey() + "=" + value.getValue()));
		return texts;
	}

	private static final class Recorder implements ObservationHandler<Observation.Context> {

		private final List<Observation.Context> started = new ArrayList<>();

		private final List<Observation.Context> stopped = new ArrayList<>();

		private final List<String> events = new ArrayList<>();

		@Override
		public void onStart(Observation.Context context) {
			this.started.add(context);
		}

		@Override
		public void onEvent(Observation.Event event, Observation.Context context) {
			this.events.add(event.getName());
			assertThat(event.getWallTime()).isPositive();
		}

		@Override
		public void onStop(Observation.Context context) {
			this.stopped.add(context);
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

	}

}
