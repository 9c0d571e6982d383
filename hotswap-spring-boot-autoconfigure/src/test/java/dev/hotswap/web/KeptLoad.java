package dev.hotswap.web;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Clients that each keep one connection and send request after request; every second one
 * pipelines two. Closing it fails if any request did or any connection ended.
 */
public final class KeptLoad implements AutoCloseable {

	private final AtomicInteger answered = new AtomicInteger();

	private final List<Throwable> failures = new CopyOnWriteArrayList<>();

	private final AtomicBoolean stop = new AtomicBoolean();

	private final ExecutorService executor;

	public KeptLoad(InetSocketAddress address, int connections) throws IOException {
		this.executor = Executors.newFixedThreadPool(connections);
		for (int i = 0; i < connections; i++) {
			TestClient client = new TestClient(address);
			int pipelined = 1 + i % 2;
			this.executor.execute(() -> run(client, pipelined));
		}
	}

	private void run(TestClient client, int pipelined) {
		try (client) {
			String request = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(pipelined);
			while (!this.stop.get()) {
				client.send(request);
				for (int i = 0; i < pipelined; i++) {
					TestClient.Response response = client.read();
					assertThat(response.body()).isEqualTo("hello");
					assertThat(response.announcesEnd()).isFalse();
					this.answered.incrementAndGet();
				}
			}
		}
		catch (Throwable ex) {
			this.failures.add(ex);
		}
	}

	public void awaitProgress(int requests) {
		int before = this.answered.get();
		await().pollInterval(Duration.ofMillis(1))
			.until(() -> this.answered.get() > before + requests || !this.failures.isEmpty());
		assertThat(this.failures).isEmpty();
	}

	@Override
	public void close() throws InterruptedException {
		this.stop.set(true);
		this.executor.shutdown();
		assertThat(this.executor.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
		assertThat(this.failures).isEmpty();
	}

}
