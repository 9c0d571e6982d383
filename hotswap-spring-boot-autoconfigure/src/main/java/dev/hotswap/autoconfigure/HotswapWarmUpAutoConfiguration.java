package dev.hotswap.autoconfigure;

import dev.hotswap.handoff.HandoffEngine;
import dev.hotswap.warmup.ApplicationWarmUp;
import dev.hotswap.warmup.ReactiveWarmUpObservations;
import dev.hotswap.warmup.ServletWarmUpObservations;
import dev.hotswap.warmup.WarmUpMark;
import dev.hotswap.warmup.WarmUpRequest;
import dev.hotswap.warmup.WarmUpSettings;
import io.micrometer.observation.ObservationPredicate;
import jakarta.servlet.Servlet;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.server.observation.ServerRequestObservationContext;

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
	 * Where a servlet application's requests are observed, those of a warm-up are not.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ ObservationPredicate.class, ServerRequestObservationContext.class, Servlet.class })
	@ConditionalOnWebApplication(type = Type.SERVLET)
	static class ServletObservationConfiguration {

		@Bean
		@ConditionalOnMissingBean
		ServletWarmUpObservations hotswapServletWarmUpObservations(WarmUpMark mark) {
			return new ServletWarmUpObservations(mark);
		}

	}

	/**
	 * The same of a reactive application.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ ObservationPredicate.class, ServerRequestObservationContext.class })
	@ConditionalOnWebApplication(type = Type.REACTIVE)
	static class ReactiveObservationConfiguration {

		@Bean
		@ConditionalOnMissingBean
		ReactiveWarmUpObservations hotswapReactiveWarmUpObservations(WarmUpMark mark) {
			return new ReactiveWarmUpObservations(mark);
		}

	}

}
