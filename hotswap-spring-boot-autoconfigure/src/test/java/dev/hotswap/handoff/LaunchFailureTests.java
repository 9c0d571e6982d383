package dev.hotswap.handoff;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.hotswap.control.ByeReason;
import dev.hotswap.control.ControlConnection;
import dev.hotswap.control.ControlHandler;
import dev.hotswap.control.ControlPath;
import dev.hotswap.control.ControlServer;
import dev.hotswap.control.ControlServer.Claim;
import dev.hotswap.control.Message;
import dev.hotswap.process.ProcessId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link LaunchFailure}.
 */
@Timeout(30)
class LaunchFailureTests {

	private final IllegalStateException failure = new IllegalStateException("No context",
			new RuntimeException(new IllegalArgumentException("port\n is no\tnumber")));

	@TempDir
	private Path folder;

	@Test
	void predecessorIsToldTheCause() throws Exception {
		ControlPath path = new ControlPath(this.folder.resolve("c/a.sock"));
		path.prepare();
		BlockingQueue<String> told = new LinkedBlockingQueue<>();
		try (ControlServer server = ControlServer.bind(path, Claim.IF_FREE, Duration.ofSeconds(5),
				new ControlHandler() {

					@Override
					public void onMessage(ControlConnection connection, Message message) {
						told.add(message.type() + " " + message.field(ByeReason.CODE_FIELD) + " "
								+ message.field(ByeReason.TEXT_FIELD));
						message.close();
					}

					@Override
					public void onEnd(ControlConnection connection, @Nullable Exception cause) {
						told.add("end");
					}

				})) {
			assertThat(server.isOwner()).isTrue();
			LaunchFailure.report(marker(path.socket()), this.failure);
			assertThat(told.poll(10, TimeUnit.SECONDS))
				.isEqualTo("BYE successor-exited java.lang.IllegalStateException: No context; caused by "
						+ "java.lang.IllegalArgumentException: port is no number");
			assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("end");
		}
	}

	@Test
	void whoeverWasNotLaunchedOrFindsNobodyTellsNobody() {
		assertThatNoException().isThrownBy(() -> LaunchFailure.report(Map.of(), this.failure));
		assertThatNoException()
			.isThrownBy(() -> LaunchFailure.report(marker(this.folder.resolve("none/a.sock")), this.failure));
	}

	@Test
	void causeThatTheMessageHasAlreadyIsNotRepeated() {
		assertThat(LaunchFailure.describe(new IllegalStateException("Failed: no", new RuntimeException("no"))))
			.isEqualTo("java.lang.IllegalStateException: Failed: no");
		assertThat(LaunchFailure.describe(new IllegalStateException("x".repeat(5000)))).hasSizeLessThan(1100);
		assertThat(LaunchFailure.describe(new IllegalStateException())).isEqualTo("java.lang.IllegalStateException");
	}

	private static Map<String, String> marker(Path socket) {
		return Map.of(LaunchMarker.VARIABLE, new LaunchMarker("h1", ProcessId.current(), socket).toString());
	}

}
