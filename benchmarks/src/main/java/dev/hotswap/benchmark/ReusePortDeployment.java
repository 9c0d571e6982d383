package dev.hotswap.benchmark;

import dev.hotswap.it.harness.App;

/**
 * Two processes that listen on the same port with {@code SO_REUSEPORT}: the new one is
 * started, and once it says that it has, the old one is told to stop.
 */
final class ReusePortDeployment implements Deployment {

	private final Applications applications;

	private final App app;

	private long launched;

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
		this.launched = System.nanoTime();
		App successor = prepare().port(port()).start();
		successor.awaitOutput("Started BenchmarkApplication");
		this.app.terminate();
		this.app.awaitExit();
		Waiting.until(() -> log.lastAnswers().containsKey(successor.pid()));
	}

	@Override
	public Story story() {
		return new Story(this.launched, 0);
	}

}
