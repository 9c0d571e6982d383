package dev.hotswap.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.hotswap.handoff.HandoffEngine;
import dev.hotswap.warmup.ApplicationWarmUp;
import dev.hotswap.warmup.ReactiveWarmUpObservations;
import dev.hotswap.warmup.ServletWarmUpObservations;
import dev.hotswap.warmup.WarmUpMark;
import dev.hotswap.warmup.WarmUpSettings;
import dev.hotswap.web.HandoffConnectors;
import io.micrometer.observation.ObservationPredicate;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.AbstractApplicationContextRunner;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;

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
	void servletRequestsOfAWarmUpAreNotObserved() {
		configured(new WebApplicationContextRunner()).run((context) -> assertThat(context).hasNotFailed()
			.hasSingleBean(ApplicationWarmUp.class)
			.hasSingleBean(ServletWarmUpObservations.class)
			.doesNotHaveBean(ReactiveWarmUpObservations.class));
	}

	@Test
	void reactiveRequestsOfAWarmUpAreNotObserved() {
		configured(new ReactiveWebApplicationContextRunner()).run((context) -> assertThat(context).hasNotFailed()
			.hasSingleBean(ApplicationWarmUp.class)
			.hasSingleBean(ReactiveWarmUpObservations.class)
			.doesNotHaveBean(ServletWarmUpObservations.class));
	}

	@Test
	void withoutMicrometerNothingIsObserved() {
		configured(new WebApplicationContextRunner()).withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(ApplicationWarmUp.class)
				.doesNotHaveBean("hotswapServletWarmUpObservations"));
	}

	@Test
	void usersOwnBeansWin() {
		WarmUpMark mark = new WarmUpMark();
		ServletWarmUpObservations observations = new ServletWarmUpObservations(mark);
		ApplicationWarmUp warmUp = new ApplicationWarmUp(Map::of, (request) -> true, new HandoffConnectors(true),
				new WarmUpSettings(List.of(), false, Duration.ZERO, 1, false), mark);
		configured(new WebApplicationContextRunner()).withBean("ownMark", WarmUpMark.class, () -> mark)
			.withBean("ownWarmUp", ApplicationWarmUp.class, () -> warmUp)
			.withBean("ownObservations", ServletWarmUpObservations.class, () -> observations)
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
