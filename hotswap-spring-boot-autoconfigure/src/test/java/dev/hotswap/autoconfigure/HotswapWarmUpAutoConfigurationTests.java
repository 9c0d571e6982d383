package dev.hotswap.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import dev.hotswap.WarmUp;
import dev.hotswap.handoff.HandoffEngine;
import dev.hotswap.warmup.ApplicationWarmUp;
import dev.hotswap.warmup.WarmUpMark;
import dev.hotswap.warmup.WarmUpObservations;
import dev.hotswap.warmup.WarmUpSettings;
import dev.hotswap.web.HandoffConnectors;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationPredicate;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.AbstractApplicationContextRunner;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.http.server.observation.ServerRequestObservationContext;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link HotswapWarmUpAutoConfiguration}.
 */
class HotswapWarmUpAutoConfigurationTests {

	private final HandoffEngine engine = mock(HandoffEngine.class);

	HotswapWarmUpAutoConfigurationTests() {
		given(this.engine.connectors()).willReturn(new HandoffConnectors(true));
	}

	@Test
	void withoutHandoffThereIsNone() {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(HotswapAutoConfiguration.class, HotswapWarmUpAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(ApplicationWarmUp.class)
				.doesNotHaveBean(WarmUpMark.class));
	}

	@Test
	void servletRequestsOfAWarmUpAreObservedWhereOnlyMetersHearOfThem() {
		Function<String, Observation.Context> context = (mark) -> {
			MockHttpServletRequest request = new MockHttpServletRequest();
			request.addHeader(WarmUp.HEADER, mark);
			return new ServerRequestObservationContext(request, new MockHttpServletResponse());
		};
		configured(new WebApplicationContextRunner()).run((application) -> assertThatIsObserved(application, context));
		configured(new WebApplicationContextRunner()).withBean("tracer", ObservationHandler.class, this::tracer)
			.run((application) -> assertThatIsNotObserved(application, context));
	}

	@Test
	void reactiveRequestsOfAWarmUpAreObservedWhereOnlyMetersHearOfThem() {
		Function<String, Observation.Context> context = (
				mark) -> new org.springframework.http.server.reactive.observation.ServerRequestObservationContext(
						MockServerHttpRequest.get("/").header(WarmUp.HEADER, mark).build(),
						new MockServerHttpResponse(), Map.of());
		configured(new ReactiveWebApplicationContextRunner())
			.run((application) -> assertThatIsObserved(application, context));
		configured(new ReactiveWebApplicationContextRunner()).withBean("tracer", ObservationHandler.class, this::tracer)
			.run((application) -> assertThatIsNotObserved(application, context));
	}

	private static void assertThatIsObserved(ApplicationContext application,
			Function<String, Observation.Context> context) {
		assertThat(test(application, context)).isTrue();
		Meter.Id id = new Meter.Id(WarmUpObservations.NAME, Tags.empty(), null, null, Meter.Type.TIMER);
		assertThat(application.getBean(MeterFilter.class).accept(id)).isEqualTo(MeterFilterReply.DENY);
	}

	private static void assertThatIsNotObserved(ApplicationContext application,
			Function<String, Observation.Context> context) {
		assertThat(test(application, context)).isFalse();
	}

	private static boolean test(ApplicationContext application, Function<String, Observation.Context> context) {
		WarmUpMark mark = application.getBean(WarmUpMark.class);
		ReflectionTestUtils.invokeMethod(mark, "setActive", true);
		String value = ReflectionTestUtils.invokeMethod(mark, "value");
		return application.getBean(ObservationPredicate.class).test("http.server.requests", context.apply(value));
	}

	private ObservationHandler<?> tracer() {
		return mock(ObservationHandler.class);
	}

	@Test
	void withoutMicrometerNothingIsObserved() {
		configured(new WebApplicationContextRunner()).withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(ApplicationWarmUp.class)
				.doesNotHaveBean("hotswapWarmUpObservations")
				.doesNotHaveBean("hotswapWarmUpMeterFilter"));
	}

	@Test
	void usersOwnBeansWin() {
		WarmUpMark mark = new WarmUpMark();
		WarmUpObservations observations = new WarmUpObservations(mark, (observation) -> null, () -> true);
		MeterFilter filter = MeterFilter.accept();
		ApplicationWarmUp warmUp = new ApplicationWarmUp(Map::of, (request) -> true, new HandoffConnectors(true),
				new WarmUpSettings(List.of(), false, Duration.ZERO, 1, false), mark);
		configured(new WebApplicationContextRunner()).withBean("ownMark", WarmUpMark.class, () -> mark)
			.withBean("ownWarmUp", ApplicationWarmUp.class, () -> warmUp)
			.withBean("ownObservations", WarmUpObservations.class, () -> observations)
			.withBean("hotswapWarmUpMeterFilter", MeterFilter.class, () -> filter)
			.run((context) -> {
				assertThat(context).getBean(WarmUpMark.class).isSameAs(mark);
				assertThat(context).getBean(ApplicationWarmUp.class).isSameAs(warmUp);
				assertThat(context).getBean(ObservationPredicate.class).isSameAs(observations);
				assertThat(context).getBean(MeterFilter.class).isSameAs(filter);
			});
	}

	private <R extends AbstractApplicationContextRunner<R, ?, ?>> R configured(R runner) {
		return runner
			.withConfiguration(
					AutoConfigurations.of(HotswapAutoConfiguration.class, HotswapWarmUpAutoConfiguration.class))
			.withBean("hotswapHandoff", HandoffEngine.class, () -> this.engine);
	}

}
