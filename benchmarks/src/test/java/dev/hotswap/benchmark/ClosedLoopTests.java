package dev.hotswap.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * Tests for {@link ClosedLoop}, against a server that answers a line at a time.
 */
class ClosedLoopTests {

	private static final Duration SHORT = Duration.ofMillis(50);

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final AtomicInteger accepted = new AtomicInteger();

	private volatile String status = "200";

	private ServerSocket server;

	@BeforeEach
	void listen() throws IOException {
		this.server = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
		this.threads.execute(() -> {
			try {
				while (true) {
					Socket socket = this.server.accept();
					this.accepted.incrementAndGet();
					this.threads.execute(() -> serve(socket));
				}
			}
			catch (IOException ex) {
				// The test is over
			}
		});
	}

	@AfterEach
	void end() throws Exception {
		this.server.close();
		this.threads.shutdownNow();
		assertThat(this.threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void keptConnectionsServeSeveralWindows() throws IOException {
		try (ClosedLoop client = new ClosedLoop(this.server.getLocalPort(), true, 3)) {
			assertThat(run(client).rate()).isPositive();
			assertThat(run(client).rate()).isPositive();
		}
		assertThat(this.accepted).hasValue(3);
	}

	@Test
	void otherwiseEachRequestHasAConnection() throws IOException {
		try (ClosedLoop client = new ClosedLoop(this.server.getLocalPort(), false, 3)) {
			ClosedLoop.Window window = run(client);
			assertThat(window.rate() * SHORT.toMillis() / 1000).isGreaterThan(1);
			assertThat(this.accepted.get()).isGreaterThan(3);
		}
	}

	@Test
	void anotherStatusEndsTheMeasurement() throws IOException {
		this.status = "503";
		try (ClosedLoop client = new ClosedLoop(this.server.getLocalPort(), true, 1)) {
			assertThatIOException().isThrownBy(() -> run(client)).withMessageContaining("503");
		}
	}

	private ClosedLoop.Window run(ClosedLoop client) throws IOException {
		return client.run(SHORT, SHORT, new ServerProcess(ProcessHandle.current().pid()));
	}

	private void serve(Socket socket) {
		try (socket) {
			BufferedReader reader = new BufferedReader(
					new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
			for (String line = reader.readLine(); line != null; line = reader.readLine()) {
				boolean last = false;
				for (String header = line; !header.isEmpty(); header = reader.readLine()) {
					last |= header.equals("Connection: close");
				}
				socket.getOutputStream()
					.write("HTTP/1.1 %s \r\nContent-Length: 2\r\n\r\nok".formatted(this.status)
						.getBytes(StandardCharsets.US_ASCII));
				if (last) {
					return;
				}
			}
		}
		catch (IOException ex) {
			// The client has gone
		}
	}

}
