package dev.hotswap.autoconfigure;

import java.nio.file.Path;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Explains a port that is in use although nobody was there to take over: the instance may
 * listen for successors elsewhere, or the port's owner is no instance.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class TakeoverPortInUseFailureAnalyzer extends AbstractFailureAnalyzer<PortInUseException> {

	private final Environment environment;

	TakeoverPortInUseFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, PortInUseException cause) {
		HotswapProperties properties = Binder.get(this.environment).bindOrCreate("hotswap", HotswapProperties.class);
		Optional<Path> socket = ControlSocketLocation.find(properties, this.environment);
		if (!properties.isEnabled() || !properties.isTakeover() || socket.isEmpty()
				|| SuccessorFailedException.isIn(rootFailure)) {
			// Where somebody was there, but did not offer this port, Boot's own words fit
			return null;
		}
		return new FailureAnalysis(
				"Port " + cause.getPort() + " is in use, but nobody answers on the control socket " + socket.get()
						+ ", so there is no instance to take over.",
				"If an instance of this application holds the port, see that it runs with hotswap.enabled, as the same "
						+ "user, with the same java.io.tmpdir, server.address and hotswap.instance, or name its socket "
						+ "in hotswap.control.socket. If another program holds the port, stop it or choose another "
						+ "server.port.",
				cause);
	}

}
