package dev.hotswap.autoconfigure;

import dev.hotswap.Handoff;
import dev.hotswap.actuate.HandoffObservationConvention;
import dev.hotswap.actuate.HandoffObservations;
import dev.hotswap.actuate.HotswapMetrics;
import dev.hotswap.handoff.HandoffEngine;
import dev.hotswap.handoff.HandoffTotals;
import dev.hotswap.web.HandoffConnectors;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link HotswapMetricsAutoConfiguration} and
 * {@link HotswapObservationAutoConfiguration}.
 */
class HotswapMonitoringAutoConfigurationTests {

	private final HandoffEngine engine = mock(HandoffEngine.class);

	private final ApplicationContextRunner withoutRegistries = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(HotswapAutoConfiguration.class, HotswapMetricsAutoConfiguration.class,
				HotswapObservationAutoConfiguration.class))
		.withBean("hotswapHandoff", HandoffEngine.class, () -> this.engine);

	private final ApplicationContextRunner runner = this.withoutRegistries.withConfiguration(
			AutoConfigurations.of(MetricsAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class,
					CompositeMeterRegistryAutoConfiguration.class, ObservationAutoConfiguration.class));

	HotswapMonitoringAutoConfigurationTests() {
		given(this.engine.connectors()).willReturn(new HandoffConnectors(true));
		given(this.engine.totals()).willReturn(HandoffTotals.NONE);
		given(this.engine.inheritedTotals()).willReturn(HandoffTotals.NONE);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void metersAreBoundToBootsRegistry(boolean lazy) {
		this.runner.withPropertyValues("spring.main.lazy-initialization=" + lazy).run((context) -> {
			assertThat(context).hasNotFailed().hasSingleBean(HotswapMetrics.class);
			assertThat(context.getBean(MeterRegistry.class).find("hotswap.generation").gauge()).isNotNull();
		});
	}

	@Test
	void handoffsAreObserved() {
		this.runner.run((context) -> assertThat(context).hasSingleBean(HandoffObservations.class));
	}

	@Test
	void conventionOfTheApplicationIsTaken() {
		this.runner.withBean(HandoffObservationConvention.class, () -> new HandoffObservationConvention() {
		}).run((context) -> assertThat(context).hasNotFailed().hasSingleBean(HandoffObservations.class));
	}

	@Test
	void withoutRegistriesNothingIsAdded() {
		this.withoutRegistries.run((context) -> assertThat(context).hasNotFailed()
			.doesNotHaveBean(HotswapMetrics.class)
			.doesNotHaveBean(HandoffObservations.class));
	}

	@Test
	void withoutMicrometerNothingIsAdded() {
		this.withoutRegistries.withClassLoader(new FilteredClassLoader(MeterRegistry.class, ObservationRegistry.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("hotswapMetrics")
				.doesNotHaveBean("hotswapHandoffObservations"));
	}

	@Test
	void withoutHandoffNothingIsAdded() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(HotswapMetricsAutoConfiguration.class,
					HotswapObservationAutoConfiguration.class, MetricsAutoConfiguration.class,
					SimpleMetricsExportAutoConfiguration.class, ObservationAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(HotswapMetrics.class)
				.doesNotHaveBean(HandoffObservations.class));
	}

	@Test
	void usersOwnBeansWin() {
		HotswapMetrics metrics = new HotswapMetrics(this.engine);
		HandoffObservations observations = new HandoffObservations(mock(Handoff.class), ObservationRegistry.NOOP, null);
		this.runner.withBean("ownMetrics", HotswapMetrics.class, () -> metrics)
			.withBean("ownObservations", HandoffObservations.class, () -> observations)
			.run((context) -> {
				assertThat(context).getBean(HotswapMetrics.class).isSameAs(metrics);
				assertThat(context).getBean(HandoffObservations.class).isSameAs(observations);
			});
	}

}
