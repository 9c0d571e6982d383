package dev.hotswap.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import dev.hotswap.it.harness.App;
import dev.hotswap.it.harness.Http;
import dev.hotswap.it.harness.OnPlatforms;
import dev.hotswap.it.harness.OnPlatforms.Choice;
import dev.hotswap.it.harness.Platform;
import dev.hotswap.it.harness.Sandbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A successor dies with connections in its socket buffer that it has been sent and has
 * not answered for. They live on in the predecessor.
 */
@OnPlatforms(Choice.ONE)
class UnansweredConnectionsTests {

	private static final int CONNECTIONS = 40;

	/**
	 * How many have to move before so many may be under way: the transfer begins with one
	 * and doubles.
	 */
	private static final int IDLE = 1 + 2 + 4 + 8 + 16 + 32;

	private static final Duration PATIENCE = Duration.ofSeconds(45);

	private final Platform platform;

	@RegisterExtension
	private final Sandbox sandbox = new Sandbox();

	private final List<Http> clients = new ArrayList<>();

	UnansweredConnectionsTests(Platform platform) {
		this.platform = platform;
	}

	@AfterEach
	void close() throws Exception {
		for (Http client : this.clients) {
			client.close();
		}
	}

	@Test
	void liveOnInThePredecessor() throws Exception {
		App app = FaultyHandoff.configure(this.sandbox, this.sandbox.app(this.platform))
			.property("hotswap.drain.standby", "60s")
			.start()
			.awaitServing();
		for (int i = 0; i < IDLE; i++) {
			Http client = new Http(app.port(), PATIENCE);
			this.clients.add(client);
			client.get("/hello");
		}
		// None of the others is idle, so none can move, before the successor is stopped
		List<Http> busy = new ArrayList<>();
		for (int i = 0; i < CONNECTIONS; i++) {
			Http client = new Http(app.port(), PATIENCE);
			this.clients.add(client);
			busy.add(client);
			client.send(client.head("GET", "/slow?seconds=10"));
		}
		app.signalHandoff(app.pid());
		long successor = app.awaitSuccessorOf(app.pid());
		await().atMost(PATIENCE)
			.until(() -> app.status().at("/draining/0/held"),
					(held) -> held.path("active").asInt() == CONNECTIONS && held.path("idle").asInt() == 0);
		FaultyHandoff.stop(this.sandbox, successor);
		for (Http client : busy) {
			assertThat(client.receive().pid()).isEqualTo(app.pid());
		}
		await().atMost(PATIENCE).untilAsserted(() -> assertThat(unread(successor)).isGreaterThanOrEqualTo(CONNECTIONS));
		app.kill(successor);
		for (Http client : busy) {
			assertThat(client.get("/hello").pid()).isEqualTo(app.pid());
		}
		assertThat(app.awaitSuccessorOf(successor)).isEqualTo(app.pid());
		assertThat(this.sandbox.living()).containsExactly(app.pid());
	}

	/**
	 * How many descriptors a process has been sent and has not received, see
	 * {@code scm_fds} in proc_pid_fdinfo(5).
	 */
	private static int unread(long pid) throws IOException {
		int sum = 0;
		try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fdinfo"))) {
			for (Path descriptor : descriptors.toList()) {
				sum += Files.readAllLines(descriptor)
					.stream()
					.filter((line) -> line.startsWith("scm_fds:"))
					.mapToInt((line) -> Integer.parseInt(line.replaceAll("\\D", "")))
					.sum();
			}
		}
		return sum;
	}

}
