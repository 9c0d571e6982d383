package dev.hotswap.autoconfigure;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import dev.hotswap.handoff.HandoffEngine;
import dev.hotswap.warmup.ApplicationWarmUp;
import dev.hotswap.warmup.WarmUpMark;
import dev.hotswap.warmup.WarmUpObservations;
import dev.hotswap.warmup.WarmUpRequest;
import dev.hotswap.warmup.WarmUpSettings;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.observation.MeterObservationHandler;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationPredicate;
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
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.server.observation.ServerRequestObservationContext;
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
		WarmUpObservations hotswapWarmUpObservations(WarmUpMark mark, ObjectProvider<ObservationHandler<?>> handlers) {
			return new WarmUpObservations(mark,
					(observation) -> (observation instanceof ServerRequestObservationContext request)
							? request.getCarrier().getHeader(dev.hotswap.WarmUp.HEADER) : null,
					new OnlyMeters(handlers));
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
		WarmUpObservations hotswapWarmUpObservations(WarmUpMark mark, ObjectProvider<ObservationHandler<?>> handlers) {
			return new WarmUpObservations(mark, (
					observation) -> (observation instanceof org.springframework.http.server.reactive.observation.ServerRequestObservationContext request)
							? request.getCarrier().getHeaders().getFirst(dev.hotswap.WarmUp.HEADER) : null,
					new OnlyMeters(handlers));
		}

	}

	/**
	 * Has no meter kept of a warm-up's requests.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterFilter.class)
	static class MeterConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "hotswapWarmUpMeterFilter")
		@Order(Ordered.HIGHEST_PRECEDENCE)
		MeterFilter hotswapWarmUpMeterFilter() {
			// Other filters have given names their prefixes by then
			return MeterFilter.deny((id) -> id.getName().contains(WarmUpObservations.NAME));
		}

	}

	/**
	 * Whether only meters are told of observations, and no tracer or other handler, which
	 * would take a warm-up's requests for clients'.
	 */
	private static final class OnlyMeters implements BooleanSupplier {

		private final Supplier<Boolean> answer;

		private OnlyMeters(ObjectProvider<ObservationHandler<?>> handlers) {
			this.answer = SingletonSupplier.of(() -> isPresent()
					&& handlers.stream().allMatch((handler) -> handler instanceof MeterObservationHandler));
		}

		private static boolean isPresent() {
			return ClassUtils.isPresent("io.micrometer.core.instrument.observation.MeterObservationHandler",
					OnlyMeters.class.getClassLoader());
		}

		@Override
		public boolean getAsBoolean() {
			return Boolean.TRUE.equals(this.answer.get());
		}

	}

}
