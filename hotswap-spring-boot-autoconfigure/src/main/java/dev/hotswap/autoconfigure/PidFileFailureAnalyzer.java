package dev.hotswap.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains what is wrong with the PID file.
 */
final class PidFileFailureAnalyzer extends AbstractFailureAnalyzer<PidFileFailedException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, PidFileFailedException cause) {
		return new FailureAnalysis(cause.getMessage() + ".",
				"Correct it, set hotswap.pid-file to another path, or leave it out. To replace the running instance, "
						+ "start with --hotswap.takeover.",
				cause);
	}

}
