package dev.hotswap.warmup;

import java.util.function.BooleanSupplier;
import java.util.function.Function;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationFilter;
import io.micrometer.observation.ObservationPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the requests of a warm-up out of an application's HTTP metrics and traces, but
 * has them observed under a {@linkplain #NAME name of their own} where only meters hear
 * of it: what the first observed request loads and interprets takes some 20 ms, and a
 * client would wait for it. Thread-safe.
 */
public final class WarmUpObservations implements ObservationPredicate, ObservationFilter {

	/**
	 * The name of what is observed of a warm-up. Nobody is to keep a meter of it.
	 */
	public static final String NAME = "hotswap.warm-up.requests";

	private final WarmUpMark mark;

	private final Function<Observation.Context, @Nullable String> header;

	private final BooleanSupplier onlyMeters;

	/**
	 * Create the predicate and filter.
	 * @param mark marks the requests of a warm-up
	 * @param header gives the value of the warm-up's header if the observation is that of
	 * a request to the server, else {@code null}
	 * @param onlyMeters whether nobody but meters hears of observations; asked from the
	 * first request of a warm-up on
	 */
	public WarmUpObservations(WarmUpMark mark, Function<Observation.Context, @Nullable String> header,
			BooleanSupplier onlyMeters) {
		this.mark = mark;
		this.header = header;
		this.onlyMeters = onlyMeters;
	}

	@Override
	public boolean test(String name, Observation.Context context) {
		if (!this.mark.isActive() || !this.mark.matches(this.header.apply(context))) {
			return true;
		}
		// It may end when the warm-up is over
		context.put(WarmUpObservations.class, this);
		return this.onlyMeters.getAsBoolean();
	}

	@Override
	public Observation.Context map(Observation.Context context) {
		if (context.containsKey(WarmUpObservations.class)) {
			context.setName(NAME);
		}
		return context;
	}

}
