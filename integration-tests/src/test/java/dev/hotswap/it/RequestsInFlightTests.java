package dev.hotswap.it;

import java.io.EOFException;
import java.time.Duration;

import dev.hotswap.it.harness.Answer;
import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Http;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.OnPlatforms.Choice;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What a predecessor has accepted before the cutover, it finishes.
 */
@OnPlatforms(Choice.ONE)
class RequestsInFlightTests {

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	RequestsInFlightTests(Platform platform) {
		this.platform = platform;
	}

	@Test
	void requestOfTwentySecondsIsAnsweredByThePredecessorAndItsConnectionMovesThen() throws Exception {
		App app = this.sandbox.app(this.platform).start().awaitServing();
		try (Http slow = new Http(app.port(), Duration.ofSeconds(40))) {
			slow.send(slow.head("GET", "/slow?seconds=20"));
			app.signalHandoff(app.pid());
			long successor = app.awaitSuccessorOf(app.pid());
			Answer answer = slow.receive();
			assertThat(answer.status()).isEqualTo(200);
			assertThat(answer.pid()).isEqualTo(app.pid());
			assertThat(answer.headers()).doesNotContainKey("connection");
			assertThat(app.awaitExit()).isZero();
			assertThat(slow.get("/hello").pid()).isEqualTo(successor);
		}
	}

	@Test
	void halfSentUploadCompletes() throws Exception {
		App app = this.sandbox.app(this.platform).start().awaitServing();
		byte[] half = new byte[3_000_000];
		try (Http upload = new Http(app.port(), Duration.ofSeconds(20))) {
			upload.send(upload.head("POST", "/upload", "Content-Type: application/octet-stream",
					"Content-Length: " + 2 * half.length));
			upload.send(half);
			app.signalHandoff(app.pid());
			app.awaitSuccessorOf(app.pid());
			upload.send(half);
			Answer answer = upload.receive();
			assertThat(answer.status()).isEqualTo(200);
			assertThat(answer.pid()).isEqualTo(app.pid());
			assertThat(answer.json().path("bytes").asLong()).isEqualTo(2L * half.length);
		}
		assertThat(app.awaitExit()).isZero();
	}

	@Test
	void idleConnectionThatDoesNotMoveLivesUntilTheDrainsTimeoutAndEndsPolitely() throws Exception {
		App app = this.sandbox.app(this.platform)
			.property("hotswap.drain.timeout", "4s")
			.property("hotswap.connections.transfer", "false")
			.start()
			.awaitServing();
		try (Http idle = new Http(app.port(), Duration.ofSeconds(20));
				Http kept = new Http(app.port(), Duration.ofSeconds(20))) {
			assertThat(idle.get("/hello").status()).isEqualTo(200);
			assertThat(kept.get("/hello").status()).isEqualTo(200);
			app.signalHandoff(app.pid());
			app.awaitSuccessorOf(app.pid());
			// The first response after the cutover comes from the old process
			Answer last = kept.get("/hello");
			assertThat(last.pid()).isEqualTo(app.pid());
			assertThat(last.headers()).containsEntry("connection", "close");
			assertThatExceptionOfType(EOFException.class).isThrownBy(idle::receive);
		}
		assertThat(app.awaitExit()).isZero();
	}

}
