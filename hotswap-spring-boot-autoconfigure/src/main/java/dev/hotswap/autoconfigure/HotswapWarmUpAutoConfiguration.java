package dev.hotswap.autoconfigure;

import dev.hotswap.handoff.HandoffEngine;
import dev.hotswap.warmup.ApplicationWarmUp;
import dev.hotswap.warmup.WarmUpMark;
import dev.hotswap.warmup.WarmUpObservations;
import dev.hotswap.warmup.WarmUpRequest;
import dev.hotswap.warmup.WarmUpSettings;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationPredicate;
import io.micrometer.observation.ObservationRegistry;
import jakarta.servlet.Servlet;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.server.observation.DefaultServerRequestObservationConvention;
import org.springframework.http.server.observation.ServerRequestObservationContext;
import org.springframework.http.server.observation.ServerRequestObservationConvention;
import org.springframework.util.ClassUtils;
import org.springframework.util.function.SingletonSupplier;

/**
 * Auto-configuration of the warm-up.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = HotswapAutoConfiguration.class)
@ConditionalOnBean(HandoffEngine.class)
public final class HotswapWarmUpAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	ApplicationWarmUp hotswapApplicationWarmUp(ApplicationContext context, HandoffEngine engine,
			HotswapProperties properties, WarmUpMark mark) {
		HotswapProperties.WarmUp warmUp = properties.getWarmUp();
		WarmUpSettings settings = new WarmUpSettings(warmUp.getRequests().stream().map(WarmUpRequest::parse).toList(),
				warmUp.isRecorded(), warmUp.getDuration(), warmUp.getConcurrency(), warmUp.isRequired());
		return new ApplicationWarmUp(() -> OrderedBeans.of(context, dev.hotswap.WarmUp.class),
				new ManagementRequests(context.getEnvironment()).negate(), engine.connectors(), settings, mark);
	}

	@Bean
	@ConditionalOnMissingBean
	WarmUpMark hotswapWarmUpMark() {
		return new WarmUpMark();
	}

	/**
	 * Where a servlet application's requests are observed, those of a warm-up do not
	 * count.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ ObservationPredicate.class, ServerRequestObservationContext.class, Servlet.class })
	@ConditionalOnWebApplication(type = Type.SERVLET)
	static class ServletObservationConfiguration {

		@Bean
		@ConditionalOnMissingBean
		WarmUpObservations hotswapWarmUpObservations(WarmUpMark mark,
				ObjectProvider<ServerRequestObservationConvention> convention) {
			return new WarmUpObservations(mark,
					(observation) -> (observation instanceof ServerRequestObservationContext request)
							? request.getCarrier().getHeader(dev.hotswap.WarmUp.HEADER) : null,
					SingletonSupplier.of(() -> convention.getIfUnique(DefaultServerRequestObservationConvention::new)),
					SingletonSupplier.of(ObservationRehearsal::registry));
		}

	}

	/**
	 * The same of a reactive application.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ ObservationPredicate.class,
			org.springframework.http.server.reactive.observation.ServerRequestObservationContext.class })
	@ConditionalOnWebApplication(type = Type.REACTIVE)
	static class ReactiveObservationConfiguration {

		@Bean
		@ConditionalOnMissingBean
		WarmUpObservations hotswapWarmUpObservations(WarmUpMark mark,
				ObjectProvider<org.springframework.http.server.reactive.observation.ServerRequestObservationConvention> convention) {
			return new WarmUpObservations(mark, (
					observation) -> (observation instanceof org.springframework.http.server.reactive.observation.ServerRequestObservationContext request)
							? request.getCarrier().getHeaders().getFirst(dev.hotswap.WarmUp.HEADER) : null,
					SingletonSupplier.of(() -> convention.getIfUnique(
							org.springframework.http.server.reactive.observation.DefaultServerRequestObservationConvention::new)),
					SingletonSupplier.of(ObservationRehearsal::registry));
		}

	}

	/**
	 * Where a warm-up's requests are observed: by meters that nobody ever sees.
	 */
	private static final class ObservationRehearsal {

		private static final boolean METERS = ClassUtils.isPresent(
				"io.micrometer.core.instrument.observation.DefaultMeterObservationHandler",
				ObservationRehearsal.class.getClassLoader());

		static ObservationRegistry registry() {
			ObservationRegistry registry = ObservationRegistry.create();
			if (METERS) {
				Meters.observe(registry);
			}
			return registry;
		}

	}

	/**
	 * Apart, since its classes may be missing.
	 */
	private static final class Meters {

		static void observe(ObservationRegistry registry) {
			registry.observationConfig()
				.observationHandler(new DefaultMeterObservationHandler(new SimpleMeterRegistry()));
		}

	}

}
