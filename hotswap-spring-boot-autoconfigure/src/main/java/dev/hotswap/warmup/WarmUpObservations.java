package dev.hotswap.warmup;

import java.util.function.Function;
import java.util.function.Supplier;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.ObservationPredicate;
import io.micrometer.observation.ObservationRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the requests of a warm-up out of an application's HTTP metrics and traces: nobody
 * hears of them. A registry of their own observes them instead, since what the first
 * observed request loads and interprets takes some 20 ms, and a client would wait for it.
 * Thread-safe.
 */
public final class WarmUpObservations implements ObservationPredicate {

	private static final Log logger = LogFactory.getLog(WarmUpObservations.class);

	private final WarmUpMark mark;

	private final Function<Observation.Context, @Nullable String> header;

	private final Supplier<? extends ObservationConvention<?>> convention;

	private final Supplier<ObservationRegistry> registry;

	/**
	 * Create the predicate.
	 * @param mark marks the requests of a warm-up
	 * @param header gives the value of the warm-up's header if the observation is that of
	 * a request to the server, else {@code null}
	 * @param convention gives what requests to the server are observed by
	 * @param registry gives the registry that observes them, of which nobody hears; asked
	 * at each of them
	 */
	public WarmUpObservations(WarmUpMark mark, Function<Observation.Context, @Nullable String> header,
			Supplier<? extends ObservationConvention<?>> convention, Supplier<ObservationRegistry> registry) {
		this.mark = mark;
		this.header = header;
		this.convention = convention;
		this.registry = registry;
	}

	@Override
	public boolean test(String name, Observation.Context context) {
		if (!this.mark.isActive() || !this.mark.matches(this.header.apply(context))) {
			return true;
		}
		try {
			rehearse(context);
		}
		catch (RuntimeException ex) {
			logger.debug("Warm-up: a request could not be observed", ex);
		}
		return false;
	}

	@SuppressWarnings("unchecked")
	private void rehearse(Observation.Context context) {
		ObservationConvention<Observation.Context> convention = (ObservationConvention<Observation.Context>) this.convention
			.get();
		Observation observation = Observation.start(convention, () -> context, this.registry.get());
		observation.openScope().close();
		observation.stop();
	}

}
