package dev.hotswap.benchmark;

import java.util.Objects;

import dev.hotswap.it.harness.App;
import org.jspecify.annotations.Nullable;

/**
 * Two processes that listen on the same port with {@code SO_REUSEPORT}: the new one is
 * started, and once it says that it has, the old one is told to stop.
 */
final class ReusePortDeployment implements Deployment {

	private final Applications applications;

	private final App app;

	private @Nullable PlainStart successor;

	ReusePortDeployment(Applications applications) {
		this.applications = applications;
		this.app = prepare().start().awaitServing();
	}

	private App.Builder prepare() {
		return this.applications.withoutStarter().property("benchmark.reuse-port", true);
	}

	@Override
	public int port() {
		return this.app.port();
	}

	@Override
	public long predecessor() {
		return this.app.pid();
	}

	@Override
	public void replace(RequestLog log) {
		PlainStart successor = PlainStart.launch(prepare().port(port()));
		this.successor = successor;
		successor.awaitStarted();
		this.app.terminate();
		this.app.awaitExit();
		Waiting.until(() -> log.lastAnswers().containsKey(successor.pid()));
	}

	@Override
	public Story story() {
		return Objects.requireNonNull(this.successor).story();
	}

}
