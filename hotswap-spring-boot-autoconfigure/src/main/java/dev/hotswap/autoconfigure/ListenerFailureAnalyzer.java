package dev.hotswap.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Explains why a listener could not be taken over. To web servers that is a connector
 * that does not start, which Boot explains with a port that is in use.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ListenerFailureAnalyzer implements FailureAnalyzer {

	@Override
	public @Nullable FailureAnalysis analyze(Throwable failure) {
		SuccessorFailedException successor = SuccessorFailedException.in(failure);
		if (successor == null || successor.getCause() == null) {
			return null;
		}
		return new FailureAnalysis(
				"A listener of the running process could not be taken over: " + successor.getCause().getMessage(),
				"The running process serves on. Correct what the description says and start again.", failure);
	}

}
