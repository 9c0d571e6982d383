package dev.hotswap.actuate;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffRoleEvent;
import dev.hotswap.HandoffStageEvent;
import dev.hotswap.HandoffStatus;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Stage;
import dev.hotswap.handoff.HandoffEngine;
import dev.hotswap.handoff.HandoffTotals;
import dev.hotswap.handoff.HandoffTotals.Direction;
import dev.hotswap.web.Census;
import dev.hotswap.web.HandoffConnector;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.step.StepMeterRegistry;

import org.springframework.context.ApplicationEvent;
import org.springframework.context.event.SmartApplicationListener;

/**
 * The meters {@code hotswap.*}. The process that lives on shows a handoff, since the
 * other one's meters die with it: the successor a handoff that succeeded, once the
 * predecessor cannot serve again, and the predecessor one that failed. What is counted
 * goes on from generation to generation, except in registries that send what has happened
 * since they sent last; those would send it again.
 * <p>
 * Tags have the values that the endpoint's JSON shows. Thread-safe.
 *
 * @since 0.1.0
 */
public final class HotswapMetrics implements MeterBinder, SmartApplicationListener {

	private final HandoffEngine handoff;

	/** By registry the errors that it knows. */
	private final Map<MeterRegistry, Set<HandoffTotals.Error>> registries = new ConcurrentHashMap<>();

	/**
	 * Create the meters.
	 * @param handoff the handoffs of this process
	 */
	public HotswapMetrics(HandoffEngine handoff) {
		this.handoff = handoff;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		if (registry instanceof CompositeMeterRegistry composite) {
			// What one shows of the generations before, another has sent already
			composite.getRegistries().forEach(this::bindTo);
			return;
		}
		bindState(registry);
		bindHandoffs(registry);
		bindErrors(registry, this.registries.computeIfAbsent(registry, (each) -> ConcurrentHashMap.newKeySet()));
		this.handoff.connectors().watch((connector) -> bindConnector(registry, connector.name()));
	}

	/** Others are many: each request of a servlet application is one. */
	@Override
	public boolean supportsEventType(Class<? extends ApplicationEvent> type) {
		return HandoffStageEvent.class.isAssignableFrom(type) || HandoffRoleEvent.class.isAssignableFrom(type);
	}

	/** Which errors there can be is known only when there are. */
	@Override
	public void onApplicationEvent(ApplicationEvent event) {
		if (event instanceof HandoffStageEvent || event instanceof HandoffRoleEvent) {
			this.registries.forEach(this::bindErrors);
		}
	}

	private void bindState(MeterRegistry registry) {
		Gauge.builder("hotswap.generation", this.handoff, (handoff) -> handoff.status().generation())
			.description("How many processes have served this address one after the other, this one included")
			.register(registry);
		for (Stage stage : Stage.values()) {
			Gauge.builder("hotswap.stage", this.handoff, (handoff) -> isIn(handoff, stage) ? 1 : 0)
				.description("1 for the stage that the handoff of this process is in")
				.tag("stage", stage.name())
				.register(registry);
		}
	}

	private static boolean isIn(HandoffEngine handoff, Stage stage) {
		HandoffStatus.Running running = handoff.status().handoff();
		return stage == ((running != null) ? running.stage() : Stage.IDLE);
	}

	private void bindHandoffs(MeterRegistry registry) {
		for (HandoffRecord.Result result : HandoffRecord.Result.values()) {
			for (HandoffTrigger trigger : HandoffTrigger.values()) {
				counter(registry, "hotswap.handoffs", Tags.of("trigger", trigger.name(), "result", result.name()),
						"Handoffs that are over", (totals) -> totals.handoffs(trigger, result));
			}
			for (Stage stage : Stage.values()) {
				if (stage != Stage.IDLE) {
					timer(registry, "hotswap.stage.duration", Tags.of("stage", stage.name(), "result", result.name()),
							"How long handoffs were in a stage", (totals) -> totals.stages(stage, result),
							(totals) -> totals.stageMillis(stage, result));
				}
			}
		}
		timer(registry, "hotswap.drain.duration", Tags.empty(), "How long predecessors took to drain",
				HandoffTotals::drains, HandoffTotals::drainMillis);
		counter(registry, "hotswap.connections.evicted", Tags.empty(),
				"Connections that were ended because they were idle for too long", HandoffTotals::evicted);
	}

	private void bindErrors(MeterRegistry registry, Set<HandoffTotals.Error> known) {
		for (HandoffTotals.Error error : this.handoff.totals().errors()) {
			if (known.add(error)) {
				counter(registry, "hotswap.errors", Tags.of("stage", error.stage().name(), "code", error.code().code()),
						"Handoffs that failed", (totals) -> totals.errors(error));
			}
		}
	}

	private void bindConnector(MeterRegistry registry, String connector) {
		connections(registry, connector, "NEW", Census::fresh);
		connections(registry, connector, "ACTIVE", Census::active);
		connections(registry, connector, "IDLE", Census::idle);
		for (Direction direction : Direction.values()) {
			counter(registry, "hotswap.connections.transferred",
					Tags.of("connector", connector, "direction", direction.name()),
					"Connections that moved between processes", (totals) -> totals.transferred(connector, direction));
		}
	}

	private void connections(MeterRegistry registry, String connector, String state, ToDoubleFunction<Census> count) {
		Gauge
			.builder("hotswap.connections", this.handoff,
					(handoff) -> handoff.connectors()
						.all()
						.stream()
						.filter((candidate) -> candidate.name().equals(connector))
						.map(HandoffConnector::census)
						.mapToDouble(count)
						.sum())
			.description("Connections that this process holds")
			.tags("connector", connector, "state", state)
			.register(registry);
	}

	private void counter(MeterRegistry registry, String name, Tags tags, String description,
			ToLongFunction<HandoffTotals> value) {
		HandoffTotals before = before(registry);
		FunctionCounter
			.builder(name, this.handoff, (handoff) -> value.applyAsLong(handoff.totals()) - value.applyAsLong(before))
			.tags(tags)
			.description(description)
			.register(registry);
	}

	private void timer(MeterRegistry registry, String name, Tags tags, String description,
			ToLongFunction<HandoffTotals> count, ToLongFunction<HandoffTotals> millis) {
		HandoffTotals before = before(registry);
		FunctionTimer
			.builder(name, this.handoff, (handoff) -> count.applyAsLong(handoff.totals()) - count.applyAsLong(before),
					(handoff) -> millis.applyAsLong(handoff.totals()) - millis.applyAsLong(before),
					TimeUnit.MILLISECONDS)
			.tags(tags)
			.description(description)
			.register(registry);
	}

	private HandoffTotals before(MeterRegistry registry) {
		return (registry instanceof StepMeterRegistry) ? this.handoff.inheritedTotals() : HandoffTotals.NONE;
	}

}
