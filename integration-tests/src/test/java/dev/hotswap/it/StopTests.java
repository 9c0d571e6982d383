package dev.hotswap.it;

import java.io.EOFException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;

import dev.hotswap.it.harness.Answer;
import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Http;
import dev.hotswap.it.harness.Load;
import dev.hotswap.it.harness.LoadReport;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Ports;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static dev.hotswap.it.harness.LoadAssertions.assertThatNobodyNoticed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * SIGTERM of a process that nobody succeeds: it finishes what it accepted and tells its
 * clients.
 */
@OnPlatforms
class StopTests {

	private static final int TERMINATED = 128 + 15;

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	StopTests(Platform platform) {
		this.platform = platform;
	}

	/**
	 * The clients do not come back after an announcement, so none of their requests has a
	 * reason to fail.
	 */
	@Test
	void busyKeptConnectionsAreToldAndNoRequestFails() throws Exception {
		App app = this.sandbox.app(this.platform).start().awaitServing();
		Load load = Load.on(app.port(), "/hello").untilAnnounced().start();
		await().atMost(TIMEOUT).until(() -> load.sent() > 400);
		app.terminate();
		int status = app.awaitExit();
		LoadReport report = load.stop();
		System.out.printf("STOP %s mode=kept %s%n", this.platform, report);
		assertThatNobodyNoticed(report);
		assertThat(report.announcedCloses()).isEqualTo(report.connects()).isPositive();
		assertThat(status).isEqualTo(TERMINATED);
	}

	@Test
	void asynchronousRequestOnAnExecutorOfTheApplicationFinishes() throws Exception {
		App app = this.sandbox.app(this.platform).start().awaitServing();
		try (Http slow = new Http(app.port(), TIMEOUT); Http async = new Http(app.port(), TIMEOUT)) {
			assertThat(async.get("/async?seconds=0").status()).isEqualTo(200);
			slow.send(slow.head("GET", "/slow?seconds=3"));
			async.send(async.head("GET", "/async?seconds=3"));
			app.awaitOutput("FIXTURE first step done");
			app.terminate();
			app.awaitOutput("the listeners are closed");
			assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> new Http(app.port(), TIMEOUT));
			for (Http request : List.of(slow, async)) {
				Answer answer = request.receive();
				assertThat(answer.status()).isEqualTo(200);
				assertThat(answer.pid()).isEqualTo(app.pid());
				assertThat(answer.headers()).containsEntry("connection", "close");
			}
		}
		assertThat(app.awaitExit()).isEqualTo(TERMINATED);
	}

	@Test
	void idleConnectionIsEndedLongBeforeTheDeadline() throws Exception {
		App app = this.sandbox.app(this.platform).start().awaitServing();
		try (Http idle = new Http(app.port(), TIMEOUT)) {
			assertThat(idle.get("/hello").status()).isEqualTo(200);
			app.terminate();
			assertThatExceptionOfType(EOFException.class).isThrownBy(idle::receive);
		}
		assertThat(app.awaitExit()).isEqualTo(TERMINATED);
		assertThat(app.output()).doesNotContain("had not ended");
	}

	@Test
	void requestBeyondTheDeadlineIsWaitedForOnce() throws Exception {
		App app = this.sandbox.app(this.platform)
			.property("spring.lifecycle.timeout-per-shutdown-phase", "4s")
			.start()
			.awaitServing();
		try (Http endless = new Http(app.port(), TIMEOUT)) {
			endless.send(endless.head("GET", "/slow?seconds=60"));
			await().atMost(TIMEOUT).until(() -> app.get("/hello").status() == 200);
			long start = System.nanoTime();
			app.terminate();
			assertThat(app.awaitExit()).isEqualTo(TERMINATED);
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofSeconds(4),
					Duration.ofSeconds(10));
		}
		assertThat(app.output()).contains("1 connections had not ended");
	}

	@Test
	void readinessRefusesWhileTheApplicationServesForTheAnnounceDelay() throws Exception {
		App app = this.sandbox.app(this.platform)
			.managementPort(Ports.free())
			.property("hotswap.drain.announce-delay", "3s")
			.property("management.endpoint.health.group.readiness.include", "ping")
			.start()
			.awaitServing();
		// The group is up before the application is ready
		await().atMost(TIMEOUT)
			.until(() -> Http.once(app.managementPort(), "GET", "/actuator/health/readinessState").status() == 200);
		app.terminate();
		app.awaitOutput("readiness refuses");
		Answer readiness = Http.once(app.managementPort(), "GET", "/actuator/health/readiness");
		assertThat(readiness.status()).isEqualTo(503);
		assertThat(readiness.json().path("status").asString()).isEqualTo("DRAINING");
		assertThat(readiness.json().at("/components/hotswap/details/role").asString()).isEqualTo("DRAINING");
		assertThat(app.get("/hello").status()).isEqualTo(200);
		assertThat(Http.once(app.managementPort(), "GET", "/actuator/health/liveness").status()).isEqualTo(200);
		assertThat(app.output()).doesNotContain("the listeners are closed");
		assertThat(app.awaitExit()).isEqualTo(TERMINATED);
	}

	@Test
	void secondSignalChangesNothing() throws Exception {
		App app = this.sandbox.app(this.platform).start().awaitServing();
		try (Http slow = new Http(app.port(), TIMEOUT)) {
			slow.send(slow.head("GET", "/slow?seconds=2"));
			await().atMost(TIMEOUT).until(() -> app.get("/hello").status() == 200);
			app.terminate();
			app.awaitOutput("the listeners are closed");
			app.terminate();
			assertThat(slow.receive().status()).isEqualTo(200);
		}
		assertThat(app.awaitExit()).isEqualTo(TERMINATED);
	}

}
