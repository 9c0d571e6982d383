package dev.hotswap.warmup;

import java.time.Duration;
import java.util.List;

/**
 * What the configuration says about warming up.
 *
 * @param requests requests to send, beside the recorded ones
 * @param recorded whether to send what the predecessor has recorded
 * @param duration how long requests are sent at most, and how long each
 * {@link dev.hotswap.WarmUp} may take; zero to warm up not at all
 * @param concurrency how many requests are on their way at once
 * @param required whether a handoff fails where a {@link dev.hotswap.WarmUp} or one of
 * {@code requests} does
 */
public record WarmUpSettings(List<WarmUpRequest> requests, boolean recorded, Duration duration, int concurrency,
		boolean required) {

	/**
	 * Create settings.
	 * @param requests requests to send, beside the recorded ones
	 * @param recorded whether to send what the predecessor has recorded
	 * @param duration how long requests are sent at most
	 * @param concurrency how many requests are on their way at once
	 * @param required whether a handoff fails where the warm-up does
	 */
	public WarmUpSettings {
		requests = List.copyOf(requests);
	}

}
