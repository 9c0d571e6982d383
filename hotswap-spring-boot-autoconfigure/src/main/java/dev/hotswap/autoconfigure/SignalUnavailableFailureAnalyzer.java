package dev.hotswap.autoconfigure;

import dev.hotswap.trigger.SignalUnavailableException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains that a signal cannot be used.
 */
final class SignalUnavailableFailureAnalyzer extends AbstractFailureAnalyzer<SignalUnavailableException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, SignalUnavailableException cause) {
		return new FailureAnalysis(cause.getMessage(),
				"Set hotswap.signal to 'auto', to a signal that is free (such as USR1, HUP or WINCH), or to "
						+ "'none' if handoffs are started otherwise.",
				cause);
	}

}
