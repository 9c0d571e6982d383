package dev.hotswap.actuate;

import dev.hotswap.FailureCode;
import dev.hotswap.Handoff;
import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffStageEvent;
import dev.hotswap.Stage;
import dev.hotswap.handoff.HandoffFailedException;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.SmartApplicationListener;
import org.springframework.core.Ordered;

/**
 * Observes each handoff, from its trigger until the predecessor serves on or exits, with
 * its stages as events. Done by the predecessor, which alone sees all of it; a revert is
 * part of the handoff that it undoes. Thread-safe.
 *
 * @since 0.1.0
 */
public final class HandoffObservations implements SmartApplicationListener, ApplicationContextAware {

	private static final HandoffObservationConvention DEFAULT = new DefaultHandoffObservationConvention();

	private final Handoff handoff;

	private final ObservationRegistry registry;

	private final @Nullable HandoffObservationConvention convention;

	private @Nullable ApplicationContext context;

	private @Nullable Observation observation;

	private @Nullable HandoffObservationContext observed;

	/**
	 * Create observations.
	 * @param handoff the handoff of this application
	 * @param registry where to observe
	 * @param convention how to name things, or {@code null} for
	 * {@link DefaultHandoffObservationConvention}
	 */
	public HandoffObservations(Handoff handoff, ObservationRegistry registry,
			@Nullable HandoffObservationConvention convention) {
		this.handoff = handoff;
		this.registry = registry;
		this.convention = convention;
	}

	@Override
	public void setApplicationContext(ApplicationContext applicationContext) {
		this.context = applicationContext;
	}

	/** Whoever exports spans is still there when the context closes. */
	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE + 10;
	}

	/** Others are many: each request of a servlet application is one. */
	@Override
	public boolean supportsEventType(Class<? extends ApplicationEvent> type) {
		return HandoffStageEvent.class.isAssignableFrom(type) || ContextClosedEvent.class.isAssignableFrom(type);
	}

	@Override
	public synchronized void onApplicationEvent(ApplicationEvent event) {
		if (event instanceof HandoffStageEvent stage) {
			enter(stage);
		}
		else if (event instanceof ContextClosedEvent closed && closed.getApplicationContext() == this.context) {
			stop();
		}
	}

	private void enter(HandoffStageEvent event) {
		if (event.getStage() == Stage.PRECHECK) {
			stop();
			start(event);
		}
		Observation observation = this.observation;
		if (observation == null || !event.getHandoffId().equals(observedId())) {
			return;
		}
		if (event.getStage() == Stage.IDLE) {
			stop();
		}
		else {
			observation
				.event(Observation.Event.of(event.getStage().name(), event.getStage().name(), event.getTimestamp()));
		}
	}

	private @Nullable String observedId() {
		return (this.observed != null) ? this.observed.getHandoffId() : null;
	}

	private void start(HandoffStageEvent event) {
		HandoffObservationContext observed = new HandoffObservationContext(event.getHandoffId(), event.getTrigger());
		this.observed = observed;
		this.observation = Observation.start(this.convention, DEFAULT, () -> observed, this.registry);
	}

	private void stop() {
		Observation observation = this.observation;
		HandoffObservationContext observed = this.observed;
		this.observation = null;
		this.observed = null;
		if (observation == null || observed == null) {
			return;
		}
		HandoffRecord outcome = this.handoff.status()
			.history()
			.stream()
			.filter((handoff) -> handoff.id().equals(observed.getHandoffId()))
			.findFirst()
			.orElse(null);
		observed.setOutcome(outcome);
		FailureCode code = (outcome != null) ? outcome.code() : null;
		if (outcome != null && code != null) {
			observation.error(new HandoffFailedException(code, String.valueOf(outcome.message())));
		}
		observation.stop();
	}

}
