package dev.hotswap.web.tomcat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.hotswap.ConnectionEvent;
import dev.hotswap.ConnectionState;
import dev.hotswap.web.Census;
import dev.hotswap.web.ConnectionEvents;
import dev.hotswap.web.ConnectionMonitoring;
import dev.hotswap.web.IdleConnection;
import dev.hotswap.web.TestClient;
import dev.hotswap.web.TestListenerSource;
import jakarta.servlet.AsyncContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.util.StringUtils;

import static dev.hotswap.ConnectionState.ACTIVE;
import static dev.hotswap.ConnectionState.CLOSED;
import static dev.hotswap.ConnectionState.IDLE;
import static dev.hotswap.ConnectionState.NEW;
import static dev.hotswap.ConnectionState.TRANSFERRED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for connection events, the eviction of idle connections and the warning of long
 * requests.
 */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class ConnectionMonitoringTests {

	private final List<ConnectionEvent> received = new CopyOnWriteArrayList<>();

	private final ConnectionEvents events = new ConnectionEvents(List.of(this.received::add));

	private final CountDownLatch proceed = new CountDownLatch(1);

	private TestServer server;

	@AfterEach
	void stop() {
		this.proceed.countDown();
		this.server.close();
		this.events.close();
	}

	@Test
	void statesOfAConnectionAreTold() throws Exception {
		start(new ConnectionMonitoring(null, null, this.events));
		try (TestClient client = this.server.connect()) {
			awaitStates(NEW);
			client.get("/hello");
			awaitStates(NEW, ACTIVE, IDLE);
			client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\nGET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n");
			client.read();
			client.read();
			awaitStates(NEW, ACTIVE, IDLE, ACTIVE, IDLE);
		}
		awaitStates(NEW, ACTIVE, IDLE, ACTIVE, IDLE, CLOSED);
		assertThat(this.received).extracting(ConnectionEvent::id).containsOnly(1L);
		assertThat(this.received).extracting(ConnectionEvent::connector).containsOnly("server");
		assertThat(this.received).allSatisfy((event) -> {
			assertThat(event.remoteAddress()).isNotNull();
			assertThat(event.remoteAddress().getAddress().isLoopbackAddress()).isTrue();
			assertThat(event.remoteAddress().getPort()).isNotEqualTo(this.server.address().getPort());
		});
	}

	@Test
	void transferIsToldOnBothSides() throws Exception {
		start(new ConnectionMonitoring(null, null, this.events));
		try (TestClient client = this.server.connect()) {
			client.get("/hello");
			awaitStates(NEW, ACTIVE, IDLE);
			IdleConnection connection = this.server.handoff().giveUpIdle(1).get(0);
			awaitStates(NEW, ACTIVE, IDLE, TRANSFERRED);
			this.server.handoff().adopt(connection.descriptor(), connection.kept());
			awaitStates(NEW, ACTIVE, IDLE, TRANSFERRED, NEW, IDLE);
			assertThat(this.received).extracting(ConnectionEvent::id).containsExactly(1L, 1L, 1L, 1L, 2L, 2L);
		}
	}

	@Test
	void connectionIsIdleAfterAFileWasSent(@TempDir Path folder) throws Exception {
		start(new ConnectionMonitoring(null, null, this.events));
		// Larger than the socket's buffers, so that the poller sends the rest
		File file = Files.write(folder.resolve("file"), new byte[20_000_000]).toFile();
		this.server.handle("/file", (request, response) -> {
			response.setContentLengthLong(file.length());
			request.setAttribute("org.apache.tomcat.sendfile.filename", file.getPath());
			request.setAttribute("org.apache.tomcat.sendfile.start", 0L);
			request.setAttribute("org.apache.tomcat.sendfile.end", file.length());
		});
		try (TestClient client = this.server.connect()) {
			client.request("/file");
			await().until(() -> this.server.handoff().census().equals(new Census(0, 1, 0)));
			awaitStates(NEW, ACTIVE);
			assertThat(client.read().body()).hasSize(20_000_000);
			awaitStates(NEW, ACTIVE, IDLE);
		}
	}

	@Test
	void connectionThatIsIdleForTooLongEndsPolitely() throws Exception {
		start(new ConnectionMonitoring(Duration.ofMillis(400), null, null));
		this.server.handle("/wait", (request, response) -> this.proceed.await(20, TimeUnit.SECONDS));
		try (TestClient idle = this.server.connect();
				TestClient fresh = this.server.connect();
				TestClient active = this.server.connect()) {
			active.request("/wait");
			idle.get("/hello");
			assertThat(idle.readToEnd()).isEmpty();
			assertThat(fresh.readToEnd()).isEmpty();
			await().until(() -> this.server.handoff().figures().evicted() == 2);
			this.proceed.countDown();
			assertThat(active.read().status()).isEqualTo(200);
		}
	}

	@Test
	void evictionIsToldAsAnEnd() throws Exception {
		start(new ConnectionMonitoring(Duration.ofMillis(400), null, this.events));
		try (TestClient client = this.server.connect()) {
			client.get("/hello");
			assertThat(client.readToEnd()).isEmpty();
		}
		awaitStates(NEW, ACTIVE, IDLE, CLOSED);
	}

	@Test
	void longRequestIsWarnedOfOnce(CapturedOutput output) throws Exception {
		start(new ConnectionMonitoring(null, Duration.ofMillis(200), null));
		CompletableFuture<AsyncContext> async = new CompletableFuture<>();
		this.server.handle("/slow", (request, response) -> this.proceed.await(20, TimeUnit.SECONDS));
		this.server.handle("/async", (request, response) -> async.complete(request.startAsync()));
		try (TestClient slow = this.server.connect(); TestClient asynchronous = this.server.connect()) {
			asynchronous.get("/hello");
			asynchronous.request("/async?secret");
			await().until(() -> output.getOut().contains("takes long: GET /async, for"));
			// Some looks later
			slow.request("/slow");
			await().until(() -> output.getOut().contains("A request of connector 'server' takes long: GET /slow, for"));
			async.get().complete();
			this.proceed.countDown();
			assertThat(slow.read().status()).isEqualTo(200);
			assertThat(asynchronous.read().status()).isEqualTo(200);
		}
		assertThat(StringUtils.countOccurrencesOf(output.getOut(), "takes long")).isEqualTo(2);
	}

	@Test
	void withoutMonitoringNothingIsTracked() throws Exception {
		start(ConnectionMonitoring.NONE);
		try (TestClient client = this.server.connect()) {
			client.get("/hello");
			await().until(() -> this.server.handoff().census().idle() == 1);
			HandoffSocketWrapper connection = this.server.endpoint().openConnections().findFirst().orElseThrow();
			assertThat(connection).hasFieldOrPropertyWithValue("tracker", null);
			assertThat(this.server.endpoint()).hasFieldOrPropertyWithValue("watch", null);
		}
	}

	private void start(ConnectionMonitoring monitoring) {
		this.server = TestServer.start(true, TestListenerSource.NONE, monitoring, (factory) -> {
		});
	}

	private void awaitStates(ConnectionState... states) {
		await()
			.untilAsserted(() -> assertThat(this.received).extracting(ConnectionEvent::state).containsExactly(states));
	}

}
