package dev.hotswap.warmup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

import dev.hotswap.WarmUp;
import dev.hotswap.web.HandoffConnectors;
import dev.hotswap.web.RecordedRequest;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Warms an application up before it serves: first its {@link WarmUp} beans, then requests
 * through its real connectors, whose gates are closed. What fails is logged. For one
 * thread at a time.
 */
public final class ApplicationWarmUp {

	/**
	 * The JVM's thorough compiler wants a method to have been called 5,000 times
	 * ({@code -XX:Tier4InvocationThreshold}). With fewer requests the latency may seem to
	 * settle, and it begins after the cutover.
	 */
	private static final int MINIMUM_REQUESTS = 6000;

	private static final Duration CONNECTIONS_TIMEOUT = Duration.ofSeconds(1);

	private static final Duration CONNECTIONS_INTERVAL = Duration.ofMillis(5);

	private static final Log logger = LogFactory.getLog(ApplicationWarmUp.class);

	private final Supplier<Map<String, WarmUp>> beans;

	private final Predicate<RecordedRequest> isWanted;

	private final HandoffConnectors connectors;

	private final WarmUpSettings settings;

	private final WarmUpMark mark;

	/**
	 * Create the warm-up of an application.
	 * @param beans gives its beans by name, in their order
	 * @param isWanted which of the recorded requests to send
	 * @param connectors its connectors
	 * @param settings what the configuration says
	 * @param mark marks the requests
	 */
	public ApplicationWarmUp(Supplier<Map<String, WarmUp>> beans, Predicate<RecordedRequest> isWanted,
			HandoffConnectors connectors, WarmUpSettings settings, WarmUpMark mark) {
		this.beans = beans;
		this.isWanted = isWanted;
		this.connectors = connectors;
		this.settings = settings;
		this.mark = mark;
	}

	/**
	 * Warm up. Blocks until that is done, or has taken long enough.
	 * @param recorded requests of the kinds that the predecessor has served
	 * @param rehearsal run once in the midst of the requests, if any are sent
	 * @param progress called each second
	 * @return {@code null}, or why the handoff is to fail for it
	 */
	public @Nullable String run(List<RecordedRequest> recorded, Runnable rehearsal, Runnable progress) {
		if (this.settings.duration().isZero()) {
			return null;
		}
		List<String> failures = new ArrayList<>(
				new WarmUpBeans(this.settings.duration(), Thread::new).call(this.beans.get(), progress));
		failures.addAll(sendRequests(recorded, rehearsal, progress));
		failures.forEach((failure) -> logger.warn("Warm-up: " + failure));
		return (this.settings.required() && !failures.isEmpty())
				? "The warm-up is required, but " + String.join("; ", failures) : null;
	}

	private List<String> sendRequests(List<RecordedRequest> recorded, Runnable rehearsal, Runnable progress) {
		List<WarmUpRequest> requests = requests(recorded);
		if (requests.isEmpty()) {
			logger.info("Warm-up: no requests, since none were recorded or configured");
			return List.of();
		}
		this.mark.setActive(true);
		try {
			RequestWarmUp.Result result = new RequestWarmUp(this.connectors, requests, this.mark.value(),
					this.settings.duration(), this.settings.concurrency(), MINIMUM_REQUESTS, Thread::new)
				.run(() -> {
					awaitEndOfConnections();
					rehearsal.run();
				}, progress);
			awaitEndOfConnections();
			log(result);
			return result.failures()
				.stream()
				.filter((failure) -> !failure.request().recorded())
				.map(WarmUpTarget.Failure::toString)
				.toList();
		}
		finally {
			this.mark.setActive(false);
		}
	}

	/** What an operator names is sent as often as what clients want most. */
	private List<WarmUpRequest> requests(List<RecordedRequest> recorded) {
		List<WarmUpRequest> requests = new ArrayList<>();
		if (this.settings.recorded()) {
			recorded.stream().filter(this.isWanted).map(WarmUpRequest::of).forEach(requests::add);
		}
		int weight = requests.stream().mapToInt(WarmUpRequest::weight).max().orElse(1);
		this.settings.requests().forEach((each) -> requests.add(each.withWeight(weight)));
		return requests;
	}

	/** Once the gates are open they would be counted among the clients'. */
	private void awaitEndOfConnections() {
		long deadline = System.nanoTime() + CONNECTIONS_TIMEOUT.toNanos();
		while (this.connectors.census().total() > 0 && System.nanoTime() - deadline < 0) {
			LockSupport.parkNanos(CONNECTIONS_INTERVAL.toNanos());
		}
	}

	private void log(RequestWarmUp.Result result) {
		if (result.requests() == 0) {
			logger.warn("Warm-up: no request was answered"
					+ (result.failures().isEmpty() ? "" : ": " + result.failures().get(0)));
			return;
		}
		logger.info("Warm-up: " + result.requests() + " requests over " + result.routes() + " routes in "
				+ result.time().toMillis() + " ms, median latency " + millis(result.first()) + " ms at first, "
				+ millis(result.last()) + " ms at last; " + (result.settled() ? "settled" : "not settled"));
	}

	private static String millis(Duration duration) {
		return String.format(Locale.ROOT, "%.2f", duration.toNanos() / (double) TimeUnit.MILLISECONDS.toNanos(1));
	}

}
