package dev.hotswap.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains why this process did not succeed the one that serves its address.
 */
final class TakeoverFailureAnalyzer extends AbstractFailureAnalyzer<TakeoverFailedException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, TakeoverFailedException cause) {
		return new FailureAnalysis("This process could not take over (" + cause.code() + "): " + cause.getMessage(),
				action(cause), cause);
	}

	private static String action(TakeoverFailedException cause) {
		return switch (cause.code()) {
			case BUSY -> "Wait until the handoff that runs has ended (see /actuator/hotswap), then start again.";
			case OTHER_APPLICATION -> "Choose another server.port, or give both the same hotswap.application.";
			case PREDECESSOR_UNREACHABLE ->
				"See what the running process logs; stop it and start this one as usual if it cannot be helped.";
			default -> "The running process serves on. Correct what the description says and start again.";
		};
	}

}
