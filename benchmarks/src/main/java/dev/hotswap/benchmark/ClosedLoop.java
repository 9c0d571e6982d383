package dev.hotswap.benchmark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A client that has each of its connections send the next request as soon as the last one
 * is answered. One thread, the caller's, and as little work per request as possible, so
 * that the server is what limits it. Kept connections rest between two windows.
 */
final class ClosedLoop implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

	private final ByteBuffer buffer = ByteBuffer.allocateDirect(16 * 1024);

	private final Selector selector = Selector.open();

	private final List<ClosedLoopConnection> connections = new ArrayList<>();

	private long answered;

	private int busy;

	private boolean stopping;

	/**
	 * Prepare a client; it connects in its first window.
	 * @param port the port on 127.0.0.1
	 * @param kept whether connections are kept, instead of one for each request
	 * @param count how many connections at a time
	 * @throws IOException if there is no selector to be had
	 */
	ClosedLoop(int port, boolean kept, int count) throws IOException {
		InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
		byte[] request = "GET /hello HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\n"
			.formatted(port, kept ? "" : "Connection: close\r\n")
			.getBytes(StandardCharsets.US_ASCII);
		for (int i = 0; i < count; i++) {
			this.connections.add(new ClosedLoopConnection(this.selector, address, request, kept));
		}
	}

	/**
	 * Send for a while.
	 * @param settle how long to send before the window begins
	 * @param length of the window
	 * @param server the process that answers
	 * @return what was measured in the window
	 * @throws IOException if a request fails, is not answered 200, or takes too long
	 */
	Window run(Duration settle, Duration length, ServerProcess server) throws IOException {
		this.stopping = false;
		for (ClosedLoopConnection connection : this.connections) {
			connection.begin();
			this.busy++;
		}
		runUntil(System.nanoTime() + settle.toNanos());
		long start = System.nanoTime();
		long answeredBefore = this.answered;
		long serverBefore = server.cpuNanos();
		long clientBefore = this.threads.getCurrentThreadCpuTime();
		runUntil(start + length.toNanos());
		long nanos = System.nanoTime() - start;
		long count = this.answered - answeredBefore;
		long serverNanos = server.cpuNanos() - serverBefore;
		long clientNanos = this.threads.getCurrentThreadCpuTime() - clientBefore;
		rest();
		return new Window(count * 1e9 / nanos, serverNanos / 1e3 / Math.max(1, count), clientNanos / (double) nanos);
	}

	private void rest() throws IOException {
		this.stopping = true;
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		while (this.busy > 0) {
			turn();
			if (System.nanoTime() - deadline >= 0) {
				throw new IOException("%d requests were not answered in %s".formatted(this.busy, PATIENCE));
			}
		}
	}

	private void runUntil(long end) throws IOException {
		while (System.nanoTime() - end < 0) {
			turn();
		}
	}

	private void turn() throws IOException {
		this.selector.select(10);
		for (SelectionKey key : this.selector.selectedKeys()) {
			ClosedLoopConnection connection = (ClosedLoopConnection) key.attachment();
			if (connection.isAnswered(this.buffer)) {
				this.answered++;
				if (this.stopping) {
					this.busy--;
				}
				else {
					connection.begin();
				}
			}
		}
		this.selector.selectedKeys().clear();
	}

	@Override
	public void close() throws IOException {
		for (ClosedLoopConnection connection : this.connections) {
			connection.close();
		}
		this.selector.close();
	}

	/**
	 * What was measured in a window.
	 *
	 * @param rate the requests answered in a second
	 * @param cpuMicros the processor time that the server spent for a request, in µs
	 * @param clientShare the share of one core that the client used: close to 1, the
	 * client was the limit
	 */
	record Window(double rate, double cpuMicros, double clientShare) {
	}

}
