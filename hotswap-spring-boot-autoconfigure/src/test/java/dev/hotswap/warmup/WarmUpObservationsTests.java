package dev.hotswap.warmup;

import java.util.ArrayList;
import java.util.List;

import dev.hotswap.WarmUp;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.http.HttpStatus;
import org.springframework.http.server.observation.DefaultServerRequestObservationConvention;
import org.springframework.http.server.observation.ServerRequestObservationContext;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.filter.ServerHttpObservationFilter;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link WarmUpObservations}, with requests that are observed as Spring does
 * it.
 */
class WarmUpObservationsTests {

	private static final String NAME = "http.server.requests";

	private final WarmUpMark mark = new WarmUpMark();

	private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

	private final ObservationRegistry registry = ObservationRegistry.create();

	private final List<Observation.Context> heard = new ArrayList<>();

	private final List<SimpleMeterRegistry> thrownAway = new ArrayList<>();

	private ObservationConvention<?> convention = new DefaultServerRequestObservationConvention();

	@BeforeEach
	void configure() {
		WarmUpObservations observations = new WarmUpObservations(this.mark, WarmUpObservationsTests::header,
				() -> this.convention, this::throwAway);
		this.registry.observationConfig()
			.observationPredicate(observations)
			.observationHandler(new DefaultMeterObservationHandler(this.meters))
			.observationHandler(new ObservationHandler<>() {

				@Override
				public void onStart(Observation.Context context) {
					WarmUpObservationsTests.this.heard.add(context);
				}

				@Override
				public boolean supportsContext(Observation.Context context) {
					return true;
				}

			});
		this.mark.setActive(true);
	}

	@Test
	void clientsRequestsCount() throws Exception {
		serve("a client's");
		assertThat(this.meters.get(NAME).timer().count()).isOne();
		assertThat(this.meters.get(NAME + ".active").longTaskTimer()).isNotNull();
		assertThat(this.thrownAway).isEmpty();
	}

	@Test
	void nobodyHearsOfRequestsOfAWarmUp() throws Exception {
		serve(this.mark.value());
		assertThat(this.meters.getMeters()).isEmpty();
		assertThat(this.heard).isEmpty();
		serve("a client's");
		assertThat(this.meters.get(NAME).timer().count()).isOne();
		assertThat(this.heard).hasSize(1);
	}

	@Test
	void requestsOfAWarmUpAreObservedElsewhere() throws Exception {
		serve(this.mark.value());
		assertThat(this.thrownAway).singleElement().satisfies((meters) -> {
			assertThat(meters.get(NAME).timer().count()).isOne();
			assertThat(meters.get(NAME + ".active").longTaskTimer().activeTasks()).isZero();
		});
		assertThat(this.registry.getCurrentObservation()).isNull();
	}

	@Test
	void nobodyHearsOfReactiveRequestsOfAWarmUp() {
		this.convention = new org.springframework.http.server.reactive.observation.DefaultServerRequestObservationConvention();
		serveReactively(this.mark.value());
		assertThat(this.meters.getMeters()).isEmpty();
		assertThat(this.heard).isEmpty();
		assertThat(this.thrownAway).singleElement()
			.satisfies((meters) -> assertThat(meters.get(NAME).timer().count()).isOne());
		serveReactively("a client's");
		assertThat(this.meters.get(NAME).timer().count()).isOne();
	}

	@Test
	void requestThatCannotBeObservedElsewhereIsServed() throws Exception {
		this.convention = new DefaultServerRequestObservationConvention() {

			@Override
			public String getContextualName(ServerRequestObservationContext context) {
				throw new IllegalStateException("wants a response");
			}

		};
		serve(this.mark.value());
		assertThat(this.meters.getMeters()).isEmpty();
	}

	@Test
	void markIsNoUseOnceTheWarmUpIsOver() throws Exception {
		this.mark.setActive(false);
		serve(this.mark.value());
		assertThat(this.meters.get(NAME).timer().count()).isOne();
	}

	private void serve(String header) throws Exception {
		MockHttpServletRequest request = new MockHttpServletRequest("GET", "/hello");
		request.addHeader(WarmUp.HEADER, header);
		MockFilterChain chain = new MockFilterChain();
		new ServerHttpObservationFilter(this.registry).doFilter(request, new MockHttpServletResponse(), chain);
		assertThat(chain.getRequest()).isNotNull();
	}

	private void serveReactively(String header) {
		MockServerHttpResponse response = new MockServerHttpResponse();
		WebHttpHandlerBuilder.webHandler((exchange) -> {
			exchange.getResponse().setStatusCode(HttpStatus.OK);
			return exchange.getResponse().setComplete();
		})
			.observationRegistry(this.registry)
			.build()
			.handle(MockServerHttpRequest.get("/hello").header(WarmUp.HEADER, header).build(), response)
			.block();
		assertThat(response.getStatusCode()).isEqualTo(HttpStatus.OK);
	}

	private static String header(Observation.Context context) {
		if (context instanceof ServerRequestObservationContext request) {
			return request.getCarrier().getHeader(WarmUp.HEADER);
		}
		return ((org.springframework.http.server.reactive.observation.ServerRequestObservationContext) context)
			.getCarrier()
			.getHeaders()
			.getFirst(WarmUp.HEADER);
	}

	private ObservationRegistry throwAway() {
		SimpleMeterRegistry meters = new SimpleMeterRegistry();
		this.thrownAway.add(meters);
		ObservationRegistry registry = ObservationRegistry.create();
		registry.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
		return registry;
	}

}
