package dev.hotswap.benchmark;

import java.util.Objects;

import dev.hotswap.it.harness.App;
import org.jspecify.annotations.Nullable;

/**
 * What a service manager does without more: SIGTERM, the graceful shutdown that is Boot's
 * default, and a start once the port is free.
 */
final class RestartDeployment implements Deployment {

	private final Applications applications;

	private final App app;

	private @Nullable PlainStart successor;

	RestartDeployment(Applications applications) {
		this.applications = applications;
		this.app = applications.withoutStarter().start().awaitServing();
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
		this.app.terminate();
		this.app.awaitExit();
		PlainStart successor = PlainStart.launch(this.applications.withoutStarter().port(port()));
		this.successor = successor;
		Waiting.until(() -> log.lastAnswers().containsKey(successor.pid()));
	}

	@Override
	public Story story() {
		return Objects.requireNonNull(this.successor).story();
	}

}
