package dev.hotswap.web.tomcat;

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

import dev.hotswap.descriptor.Descriptor;
import dev.hotswap.web.TestClient;
import dev.hotswap.web.TestListenerSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for two servers that share one listener.
 */
@Timeout(120)
class SharedListenerTests {

	@Test
	void listenerMovesBackAndForthUnderLoadWithoutAFailure() throws Exception {
		try (TestServer first = TestServer.start(true); TestServer second = startOn(first)) {
			assertThat(second.address()).isEqualTo(first.address());
			try (Load load = new Load(first.address(), 4)) {
				for (int round = 0; round < 10; round++) {
					move(first, second, load);
					move(second, first, load);
				}
			}
		}
	}

	@Test
	void serverServesAloneOnceTheOtherHasStopped() throws Exception {
		try (TestServer first = TestServer.start(true); TestServer second = startOn(first)) {
			try (Load load = new Load(first.address(), 4)) {
				load.awaitProgress();
				second.connectors.openGates();
				load.awaitProgress();
				first.connectors.stopAccepting(Duration.ofSeconds(5));
				await().until(() -> first.handoff().census().total() == 0);
				first.stop();
				load.awaitProgress();
				assertThat(second.endpoint().accepted).hasPositiveValue();
			}
		}
	}

	private static void move(TestServer from, TestServer to, Load load) throws Exception {
		load.awaitProgress();
		to.connectors.openGates();
		load.awaitProgress();
		from.connectors.stopAccepting(Duration.ofSeconds(5));
		int accepted = from.endpoint().accepted.get();
		load.awaitProgress();
		assertThat(from.endpoint().accepted).hasValue(accepted);
	}

	private static TestServer startOn(TestServer first) throws IOException {
		Descriptor descriptor = first.handoff().exportListener();
		return TestServer.start(false, new TestListenerSource((name, address, scheme) -> {
			assertThat(name).isEqualTo("server");
			assertThat(address).isEqualTo(new InetSocketAddress("127.0.0.1", 0));
			assertThat(scheme).isEqualTo("http");
			return descriptor;
		}), (factory) -> {
		});
	}

	/**
	 * Clients that open a connection per request; closing it fails if any request did.
	 */
	private static final class Load implements AutoCloseable {

		private final AtomicInteger answered = new AtomicInteger();

		private final List<Exception> failures = new CopyOnWriteArrayList<>();

		private final AtomicBoolean stop = new AtomicBoolean();

		private final ExecutorService executor;

		Load(InetSocketAddress address, int threads) {
			this.executor = Executors.newFixedThreadPool(threads);
			for (int i = 0; i < threads; i++) {
				this.executor.execute(() -> run(address));
			}
		}

		private void run(InetSocketAddress address) {
			while (!this.stop.get()) {
				try (TestClient client = new TestClient(address)) {
					assertThat(client.get("/hello").body()).isEqualTo("hello");
					this.answered.incrementAndGet();
				}
				catch (Exception ex) {
					this.failures.add(ex);
				}
			}
		}

		void awaitProgress() {
			int before = this.answered.get();
			await().pollInterval(Duration.ofMillis(1)).until(() -> this.answered.get() > before + 50);
		}

		@Override
		public void close() throws InterruptedException {
			this.stop.set(true);
			this.executor.shutdown();
			assertThat(this.executor.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
			assertThat(this.failures).isEmpty();
		}

	}

}
