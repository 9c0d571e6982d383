package dev.hotswap.warmup;

import dev.hotswap.WarmUp;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationPredicate;

import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;

/**
 * Keeps the requests of a warm-up out of a reactive application's HTTP metrics and
 * traces.
 */
public final class ReactiveWarmUpObservations implements ObservationPredicate {

	private final WarmUpMark mark;

	/**
	 * Create the predicate.
	 * @param mark marks the requests of a warm-up
	 */
	public ReactiveWarmUpObservations(WarmUpMark mark) {
		this.mark = mark;
	}

	@Override
	public boolean test(String name, Observation.Context context) {
		return !this.mark.isActive() || !(context instanceof ServerRequestObservationContext request)
				|| !this.mark.matches(request.getCarrier().getHeaders().getFirst(WarmUp.HEADER));
	}

}
