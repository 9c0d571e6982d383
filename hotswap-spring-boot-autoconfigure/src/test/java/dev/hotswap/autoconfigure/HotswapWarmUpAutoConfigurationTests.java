package dev.hotswap.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import dev.hotswap.WarmUp;
import dev.hotswap.handoff.HandoffEngine;
import dev.hotswap.warmup.ApplicationWarmUp;
import dev.hotswap.warmup.WarmUpMark;
import dev.hotswap.warmup.WarmUpObservations;
import dev.hotswap.warmup.WarmUpSettings;
import dev.hotswap.web.HandoffConnectors;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationPredicate;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.AbstractApplicationContextRunner;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.http.server.observation.DefaultServerRequestObservationConvention;
import org.springframework.http.server.observation.ServerRequestObservationContext;
import org.springframework.http.server.observation.ServerRequestObservationConvention;
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
	void servletRequestsOfAWarmUpAreNotObservedButRehearsed() {
		AtomicInteger rehearsed = new AtomicInteger();
		configured(new WebApplicationContextRunner())
			.withBean(ServerRequestObservationConvention.class, () -> new DefaultServerRequestObservationConvention() {

				@Override
				public KeyValues getLowCardinalityKeyValues(ServerRequestObservationContext context) {
					rehearsed.incrementAndGet();
					return super.getLowCardinalityKeyValues(context);
				}

			})
			.run((application) -> {
				assertThat(isObserved(application, this::servletRequest, "a client's")).isTrue();
				assertThat(rehearsed).hasValue(0);
				assertThat(isObserved(application, this::servletRequest, markOf(application))).isFalse();
				assertThat(rehearsed).hasValue(2);
			});
		configured(new WebApplicationContextRunner())
			.run((application) -> assertThat(isObserved(application, this::servletRequest, markOf(application)))
				.isFalse());
	}

	@Test
	void reactiveRequestsOfAWarmUpAreNotObserved() {
		configured(new ReactiveWebApplicationContextRunner()).run((application) -> {
			assertThat(isObserved(application, this::reactiveRequest, "a client's")).isTrue();
			assertThat(isObserved(application, this::reactiveRequest, markOf(application))).isFalse();
		});
	}

	private Observation.Context servletRequest(String mark) {
		MockHttpServletRequest request = new MockHttpServletRequest();
		request.addHeader(WarmUp.HEADER, mark);
		return new ServerRequestObservationContext(request, new MockHttpServletResponse());
	}

	private Observation.Context reactiveRequest(String mark) {
		return new org.springframework.http.server.reactive.observation.ServerRequestObservationContext(
				MockServerHttpRequest.get("/").header(WarmUp.HEADER, mark).build(), new MockServerHttpResponse(),
				Map.of());
	}

	private static boolean isObserved(ApplicationContext application, Function<String, Observation.Context> request,
			String mark) {
		return application.getBean(ObservationPredicate.class).test("http.server.requests", request.apply(mark));
	}

	private static String markOf(ApplicationContext application) {
		WarmUpMark mark = application.getBean(WarmUpMark.class);
		ReflectionTestUtils.invokeMethod(mark, "setActive", true);
		return Objects.requireNonNull(ReflectionTestUtils.invokeMethod(mark, "value"));
	}

	@Test
	void withoutMicrometerNothingIsObserved() {
		configured(new WebApplicationContextRunner()).withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(ApplicationWarmUp.class)
				.doesNotHaveBean("hotswapWarmUpObservations"));
	}

	@Test
	void usersOwnBeansWin() {
		WarmUpMark mark = new WarmUpMark();
		WarmUpObservations observations = new WarmUpObservations(mark, (observation) -> null,
				DefaultServerRequestObservationConvention::new, ObservationRegistry::create);
		ApplicationWarmUp warmUp = new ApplicationWarmUp(Map::of, (request) -> true, new HandoffConnectors(true),
				new WarmUpSettings(List.of(), false, Duration.ZERO, 1, false), mark);
		configured(new WebApplicationContextRunner()).withBean("ownMark", WarmUpMark.class, () -> mark)
			.withBean("ownWarmUp", ApplicationWarmUp.class, () -> warmUp)
			.withBean("ownObservations", WarmUpObservations.class, () -> observations)
			.run((context) -> {
				assertThat(context).getBean(WarmUpMark.class).isSameAs(mark);
				assertThat(context).getBean(ApplicationWarmUp.class).isSameAs(warmUp);
				assertThat(context).getBean(ObservationPredicate.class).isSameAs(observations);
			});
	}

	private <R extends AbstractApplicationContextRunner<R, ?, ?>> R configured(R runner) {
		return runner
			.withConfiguration(
					AutoConfigurations.of(HotswapAutoConfiguration.class, HotswapWarmUpAutoConfiguration.class))
			.withBean("hotswapHandoff", HandoffEngine.class, () -> this.engine);
	}

}
