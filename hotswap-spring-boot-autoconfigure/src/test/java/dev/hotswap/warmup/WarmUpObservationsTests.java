package dev.hotswap.warmup;

import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link WarmUpObservations}.
 */
class WarmUpObservationsTests {

	private final WarmUpMark mark = new WarmUpMark();

	private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

	private final ObservationRegistry registry = ObservationRegistry.create();

	private String header = "a client's";

	private boolean onlyMeters = true;

	@BeforeEach
	void configure() {
		WarmUpObservations observations = new WarmUpObservations(this.mark, (context) -> this.header,
				() -> this.onlyMeters);
		this.meters.config().meterFilter(MeterFilter.denyNameStartsWith(WarmUpObservations.NAME));
		this.registry.observationConfig()
			.observationPredicate(observations)
			.observationFilter(observations)
			.observationHandler(new DefaultMeterObservationHandler(this.meters));
		this.mark.setActive(true);
	}

	@Test
	void clientsRequestsCount() {
		begin().stop();
		assertThat(counted()).isOne();
	}

	@Test
	void requestsOfAWarmUpAreObservedAndDoNotCount() {
		this.header = this.mark.value();
		Observation observation = begin();
		assertThat(observation.isNoop()).isFalse();
		observation.stop();
		assertThat(observation.getContext().getName()).isEqualTo(WarmUpObservations.NAME);
		assertThat(counted()).isZero();
		assertThat(this.meters.find(WarmUpObservations.NAME).meters()).isEmpty();
	}

	@Test
	void requestThatOutlivesTheWarmUpDoesNotCount() {
		this.header = this.mark.value();
		Observation observation = begin();
		this.mark.setActive(false);
		observation.stop();
		assertThat(counted()).isZero();
	}

	@Test
	void nothingIsObservedWhereOthersWouldHearOfIt() {
		this.header = this.mark.value();
		this.onlyMeters = false;
		assertThat(begin().isNoop()).isTrue();
	}

	@Test
	void markIsNoUseOnceTheWarmUpIsOver() {
		this.mark.setActive(false);
		this.header = this.mark.value();
		begin().stop();
		assertThat(counted()).isOne();
	}

	private Observation begin() {
		return Observation.start("http.server.requests", this.registry);
	}

	private long counted() {
		return this.meters.find("http.server.requests").timers().stream().mapToLong((timer) -> timer.count()).sum();
	}

}
