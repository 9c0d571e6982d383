package dev.hotswap.it.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link Load}: it sees every way in which a server can fail its clients.
 */
class LoadTests {

	private static final String OK = "HTTP/1.1 200 \r\nContent-Length: 27\r\n\r\n{\"version\":\"1\",\"pid\":%d}\n";

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private ServerSocket server;

	@BeforeEach
	void listen() throws IOException {
		this.server = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
	}

	@AfterEach
	void end() throws Exception {
		this.server.close();
		this.threads.shutdownNow();
		assertThat(this.threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void countsAnswersByProcessOnKeptConnections() throws Exception {
		serve((request, socket) -> answer(socket, OK.formatted(1000 + request % 2)));
		LoadReport report = run(200, 4);
		assertThat(report.total().ok()).isEqualTo(report.total().sent());
		assertThat(report.connects()).isEqualTo(4);
		assertThat(report.byPid()).containsOnlyKeys(1000L, 1001L);
		assertThat(report.byVersion()).containsEntry("1", report.total().ok());
		assertThat(report.silentCloses() + report.resets() + report.announcedCloses()).isZero();
	}

	@Test
	void opensAnotherConnectionAfterAnAnnouncedClose() throws Exception {
		serve((request, socket) -> {
			boolean last = (request == 20);
			answer(socket, last ? OK.formatted(1000).replace("200 \r\n", "200 \r\nConnection: close\r\n")
					: OK.formatted(1000));
			return !last;
		});
		LoadReport report = run(100, 2);
		assertThat(report.total().ok()).isEqualTo(report.total().sent());
		assertThat(report.connects()).isEqualTo(3);
		assertThat(report.announcedCloses()).isOne();
		assertThat(report.silentCloses()).isZero();
	}

	@Test
	void countsSilentCloseOfIdleConnection() throws Exception {
		serve((request, socket) -> {
			answer(socket, OK.formatted(1000));
			return request != 20;
		});
		LoadReport report = run(100, 2);
		assertThat(report.silentCloses() + report.resets()).isOne();
		assertThat(report.connects()).isEqualTo(3);
	}

	@Test
	void failsRequestWhoseConnectionIsClosed() throws Exception {
		serve((request, socket) -> request != 20 && answer(socket, OK.formatted(1000)));
		LoadReport report = run(100, 2);
		assertThat(report.total().failed()).isOne();
		assertThat(report.failures()).containsOnlyKeys("closed in a request");
		assertThat(report.silentCloses()).isOne();
	}

	@Test
	void failsRequestWhoseConnectionIsReset() throws Exception {
		serve((request, socket) -> {
			if (request == 20) {
				socket.setSoLinger(true, 0);
				return false;
			}
			return answer(socket, OK.formatted(1000));
		});
		LoadReport report = run(100, 2);
		assertThat(report.total().failed()).isOne();
		assertThat(report.resets()).isOne();
	}

	@Test
	void countsOtherStatus() throws Exception {
		serve((request, socket) -> answer(socket,
				(request != 20) ? OK.formatted(1000) : "HTTP/1.1 503 \r\nContent-Length: 0\r\n\r\n"));
		LoadReport report = run(100, 2);
		assertThat(report.total().non200()).isOne();
		assertThat(report.total().failed()).isZero();
		assertThat(report.failures()).containsEntry("status 503", 1L);
	}

	@Test
	void failsEveryRequestWhenNobodyListens() throws Exception {
		int port = this.server.getLocalPort();
		this.server.close();
		Load load = Load.on(port, "/").rate(100).connectionPerRequest().start();
		await().atMost(10, TimeUnit.SECONDS).until(() -> load.sent() >= 10);
		LoadReport report = load.stop();
		assertThat(report.total().failed()).isEqualTo(report.total().sent());
		assertThat(report.failures()).containsOnlyKeys("Connection refused");
	}

	@Test
	void countsLatencyFromTheScheduledTime() throws Exception {
		CountDownLatch stalled = new CountDownLatch(1);
		serve((request, socket) -> {
			if (request == 20) {
				stalled.countDown();
				await().pollDelay(300, TimeUnit.MILLISECONDS).until(() -> true);
			}
			return answer(socket, OK.formatted(1000));
		});
		// On one connection everything that becomes due in the stall waits for it
		LoadReport report = run(100, 1);
		assertThat(stalled.getCount()).isZero();
		assertThat(report.total().worst()).isBetween(290.0, 2000.0);
		assertThat(report.total().p99()).isGreaterThan(200);
	}

	@Test
	void opensConnectionForEachRequest() throws Exception {
		serve((request, socket) -> {
			answer(socket, OK.formatted(1000).replace("200 \r\n", "200 \r\nConnection: close\r\n"));
			return false;
		});
		Load load = Load.on(this.server.getLocalPort(), "/").rate(200).connectionPerRequest().start();
		await().atMost(10, TimeUnit.SECONDS).until(() -> load.sent() >= 100);
		LoadReport report = load.stop();
		assertThat(report.total().ok()).isEqualTo(report.total().sent());
		assertThat(report.connects()).isEqualTo(report.total().sent());
		assertThat(report.announcedCloses() + report.silentCloses() + report.resets()).isZero();
	}

	private LoadReport run(int requests, int connections) throws IOException {
		Load load = Load.on(this.server.getLocalPort(), "/").rate(200).keptConnections(connections).start();
		await().atMost(10, TimeUnit.SECONDS).until(() -> load.sent() >= requests);
		return load.stop();
	}

	private void serve(Behaviour behaviour) {
		AtomicInteger requests = new AtomicInteger();
		this.threads.execute(() -> {
			while (!this.server.isClosed()) {
				try {
					Socket socket = this.server.accept();
					this.threads.execute(() -> serve(socket, requests, behaviour));
				}
				catch (IOException ex) {
					return;
				}
			}
		});
	}

	private void serve(Socket accepted, AtomicInteger requests, Behaviour behaviour) {
		try (Socket socket = accepted) {
			BufferedReader reader = new BufferedReader(
					new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
			String line;
			while ((line = reader.readLine()) != null) {
				if (line.isEmpty() && !behaviour.respond(requests.getAndIncrement(), socket)) {
					return;
				}
			}
		}
		catch (IOException ex) {
			// The client has gone
		}
	}

	private static boolean answer(Socket socket, String response) throws IOException {
		socket.getOutputStream().write(response.getBytes(StandardCharsets.US_ASCII));
		return true;
	}

	interface Behaviour {

		/**
		 * Respond to a request.
		 * @return whether to keep the connection
		 */
		boolean respond(int request, Socket socket) throws IOException;

	}

}
