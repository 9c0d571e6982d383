package dev.hotswap.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.HaProxy;
import dev.hotswap.it.harness.Http;
import dev.hotswap.it.harness.Ports;
import org.jspecify.annotations.Nullable;

/**
 * A rolling replacement behind HAProxy, done with care: the new instance is started, and
 * once the proxy finds it ready the old one refuses readiness; it is told to stop only
 * when the proxy has taken it out.
 */
final class HaProxyDeployment implements Deployment {

	private final Applications applications;

	private final App app;

	private final int successorPort = Ports.free();

	private final HaProxy proxy;

	private @Nullable PlainStart successor;

	HaProxyDeployment(Applications applications) {
		this.applications = applications;
		this.app = applications.withoutStarter().start().awaitServing();
		this.proxy = HaProxy.start(applications.sandbox().folder(),
				Map.of(this.app.port(), this.app.managementPort(), this.successorPort, this.successorPort));
	}

	@Override
	public int port() {
		return this.proxy.port();
	}

	@Override
	public long predecessor() {
		return this.app.pid();
	}

	@Override
	public void replace(RequestLog log) {
		PlainStart successor = PlainStart.launch(this.applications.withoutStarter().port(this.successorPort));
		this.successor = successor;
		Waiting.until(() -> log.lastAnswers().containsKey(successor.pid()));
		try {
			Http.once(this.app.port(), "POST", "/leave");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		Waiting.until(() -> this.proxy.output().contains("Server instances/s%d is DOWN".formatted(this.app.port())));
		this.app.terminate();
		this.app.awaitExit();
	}

	@Override
	public Story story() {
		return Objects.requireNonNull(this.successor).story();
	}

	@Override
	public void close() {
		this.proxy.close();
	}

}
