package dev.hotswap.actuate;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRecord.Result;
import dev.hotswap.HandoffStageEvent;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Role;
import dev.hotswap.Stage;
import dev.hotswap.handoff.HandoffEngine;
import dev.hotswap.handoff.HandoffTotals;
import dev.hotswap.handoff.HandoffTotals.Direction;
import dev.hotswap.web.Census;
import dev.hotswap.web.HandoffConnector;
import dev.hotswap.web.HandoffConnectors;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.core.instrument.step.StepMeterRegistry;
import io.micrometer.core.instrument.step.StepRegistryConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link HotswapMetrics}: names, tags and types are promised.
 */
class HotswapMetricsTests {

	private final HandoffConnectors connectors = new HandoffConnectors(true);

	private final HandoffEngine handoff = mock(HandoffEngine.class);

	private final HotswapMetrics metrics = new HotswapMetrics(this.handoff);

	private final MeterRegistry registry = new SimpleMeterRegistry();

	@BeforeEach
	void nothingHasHappened() {
		given(this.handoff.connectors()).willReturn(this.connectors);
		given(this.handoff.status()).willReturn(TestHandoff.status(Role.ACTIVE, null));
		totals(HandoffTotals.NONE);
		given(this.handoff.inheritedTotals()).willReturn(HandoffTotals.NONE);
	}

	@Test
	void generationIsAGauge() {
		this.metrics.bindTo(this.registry);
		assertThat(this.registry.get("hotswap.generation").gauge().value()).isEqualTo(3);
	}

	@Test
	void oneStageIsTheCurrentOne() {
		this.metrics.bindTo(this.registry);
		assertThat(stage(Stage.IDLE)).isOne();
		given(this.handoff.status()).willReturn(TestHandoff.status(Role.ACTIVE, TestHandoff.running(Stage.LAUNCH)));
		assertThat(stage(Stage.LAUNCH)).isOne();
		assertThat(this.registry.find("hotswap.stage").gauges()).hasSize(Stage.values().length)
			.extracting((gauge) -> gauge.value())
			.containsOnlyOnce(1.0);
	}

	private double stage(Stage stage) {
		return this.registry.get("hotswap.stage").tag("stage", stage.name()).gauge().value();
	}

	@Test
	void handoffsAreThereBeforeTheFirst() {
		this.metrics.bindTo(this.registry);
		assertThat(this.registry.find("hotswap.handoffs").meters()).hasSize(10)
			.extracting((meter) -> meter.getId().getType())
			.containsOnly(Meter.Type.COUNTER);
		assertThat(this.registry.find("hotswap.stage.duration").meters()).hasSize(18)
			.extracting((meter) -> meter.getId().getType())
			.containsOnly(Meter.Type.TIMER);
		assertThat(this.registry.find("hotswap.errors").meters()).isEmpty();
		assertThat(this.registry.get("hotswap.drain.duration").functionTimer().count()).isZero();
		assertThat(this.registry.get("hotswap.connections.evicted").functionCounter().count()).isZero();
	}

	@Test
	void handoffThatIsOverIsCountedByTriggerAndResult() {
		this.metrics.bindTo(this.registry);
		HandoffTotals totals = mock(HandoffTotals.class);
		given(totals.handoffs(HandoffTrigger.SIGNAL, Result.SUCCEEDED)).willReturn(2L);
		given(totals.stages(Stage.START, Result.FAILED)).willReturn(3L);
		given(totals.stageMillis(Stage.START, Result.FAILED)).willReturn(4500L);
		given(totals.drains()).willReturn(2L);
		given(totals.drainMillis()).willReturn(700L);
		given(totals.evicted()).willReturn(11L);
		totals(totals);
		assertThat(this.registry.get("hotswap.handoffs")
			.tags("trigger", "SIGNAL", "result", "SUCCEEDED")
			.functionCounter()
			.count()).isEqualTo(2);
		assertThat(
				this.registry.get("hotswap.stage.duration").tags("stage", "START", "result", "FAILED").functionTimer())
			.satisfies((timer) -> {
				assertThat(timer.count()).isEqualTo(3);
				assertThat(timer.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(4500);
			});
		assertThat(this.registry.get("hotswap.drain.duration").functionTimer().mean(TimeUnit.MILLISECONDS))
			.isEqualTo(350);
		assertThat(this.registry.get("hotswap.connections.evicted").functionCounter().count()).isEqualTo(11);
	}

	/** Micrometer warns of a meter that is registered again. */
	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void errorsAreThereOnceAsSoonAsTheyHaveHappened(CapturedOutput output) {
		this.metrics.bindTo(this.registry);
		HandoffTotals totals = mock(HandoffTotals.class);
		HandoffTotals.Error error = new HandoffTotals.Error(Stage.WARM_UP, FailureCode.WARM_UP);
		given(totals.errors()).willReturn(Set.of(error));
		given(totals.errors(error)).willReturn(1L);
		totals(totals);
		HandoffStageEvent event = new HandoffStageEvent(this, "h1", HandoffTrigger.SIGNAL, Stage.IDLE, Role.ACTIVE);
		this.metrics.onApplicationEvent(event);
		this.metrics.onApplicationEvent(event);
		assertThat(this.registry.get("hotswap.errors")
			.tags("stage", "WARM_UP", "code", "warm-up")
			.functionCounter()
			.count()).isOne();
		assertThat(output).doesNotContain("already registered");
	}

	@Test
	void connectionsAreCountedByConnectorAndState() {
		this.metrics.bindTo(this.registry);
		HandoffConnector connector = mock(HandoffConnector.class);
		given(connector.name()).willReturn("server");
		given(connector.census()).willReturn(new Census(1, 2, 3));
		this.connectors.register(connector);
		HandoffTotals totals = mock(HandoffTotals.class);
		given(totals.transferred("server", Direction.IN)).willReturn(32L);
		totals(totals);
		assertThat(connections("NEW")).isOne();
		assertThat(connections("ACTIVE")).isEqualTo(2);
		assertThat(connections("IDLE")).isEqualTo(3);
		assertThat(this.registry.get("hotswap.connections.transferred")
			.tags("connector", "server", "direction", "IN")
			.functionCounter()
			.count()).isEqualTo(32);
		assertThat(this.registry.get("hotswap.connections.transferred")
			.tags("connector", "server", "direction", "OUT")
			.functionCounter()
			.count()).isZero();
		this.connectors.unregister(connector);
		assertThat(connections("IDLE")).isZero();
	}

	private double connections(String state) {
		return this.registry.get("hotswap.connections").tags("connector", "server", "state", state).gauge().value();
	}

	@Test
	void registryThatSendsDifferencesDoesNotSendAgainWhatEarlierGenerationsHaveSent() {
		HandoffTotals before = mock(HandoffTotals.class);
		given(before.evicted()).willReturn(5L);
		given(this.handoff.inheritedTotals()).willReturn(before);
		HandoffTotals now = mock(HandoffTotals.class);
		given(now.evicted()).willReturn(7L);
		totals(now);
		StepRegistry step = new StepRegistry();
		CompositeMeterRegistry composite = new CompositeMeterRegistry(Clock.SYSTEM, List.of(this.registry, step));
		this.metrics.bindTo(composite);
		assertThat(this.registry.get("hotswap.connections.evicted").functionCounter().count()).isEqualTo(7);
		AtomicReference<Double> sent = new AtomicReference<>(0.0);
		step.forEachMeter((meter) -> {
			if (meter.getId().getName().equals("hotswap.connections.evicted")) {
				meter.measure();
				step.time.add(Duration.ofMinutes(1));
				sent.set(meter.measure().iterator().next().getValue());
			}
		});
		assertThat(sent).hasValue(2.0);
	}

	private void totals(HandoffTotals totals) {
		given(this.handoff.totals()).willReturn(totals);
	}

	private static final class StepRegistry extends StepMeterRegistry {

		private final MockClock time;

		StepRegistry() {
			this(new MockClock());
		}

		private StepRegistry(MockClock time) {
			super(new StepRegistryConfig() {
				@Override
				public String prefix() {
					return "step";
				}

				@Override
				public String get(String key) {
					return null;
				}
			}, time);
			this.time = time;
		}

		@Override
		protected void publish() {
		}

		@Override
		protected TimeUnit getBaseTimeUnit() {
			return TimeUnit.SECONDS;
		}

	}

}
