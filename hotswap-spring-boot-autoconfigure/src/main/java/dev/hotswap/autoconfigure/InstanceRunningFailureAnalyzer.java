package dev.hotswap.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains that an instance runs already, and how to replace it.
 */
final class InstanceRunningFailureAnalyzer extends AbstractFailureAnalyzer<InstanceRunningException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InstanceRunningException cause) {
		return new FailureAnalysis(cause.getMessage(),
				"To replace the running instance, start with --hotswap.takeover. To run beside it, choose another "
						+ "server.port, or set hotswap.instance where both share a port.",
				cause);
	}

}
