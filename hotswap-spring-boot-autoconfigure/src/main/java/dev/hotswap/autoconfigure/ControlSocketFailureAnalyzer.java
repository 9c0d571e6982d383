package dev.hotswap.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains what is wrong with the control socket.
 */
final class ControlSocketFailureAnalyzer extends AbstractFailureAnalyzer<ControlSocketFailedException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, ControlSocketFailedException cause) {
		return new FailureAnalysis(cause.getMessage(),
				"Correct it, or set hotswap.control.socket to a path in a folder that belongs to the user of this "
						+ "process alone (mode 0700), or set hotswap.enabled=false.",
				cause);
	}

}
