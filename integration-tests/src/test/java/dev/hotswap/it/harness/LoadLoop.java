package dev.hotswap.it.harness;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * The load's thread: sends at the scheduled times, whatever the answers do, and reads
 * them. A request that finds no connection free waits, and its latency counts from when
 * it was due.
 */
final class LoadLoop implements Callable<LoadReport> {

	private final Load.Builder settings;

	private final byte[] request;

	private final InetSocketAddress address;

	private final Selector selector;

	private final ByteBuffer buffer = ByteBuffer.allocate(16 * 1024);

	private final Deque<Request> waiting = new ArrayDeque<>();

	private final Deque<LoadConnection> idle = new ArrayDeque<>();

	private final Set<LoadConnection> inUse = new HashSet<>();

	private final Set<LoadConnection> closing = new HashSet<>();

	private final LoadRecorder recorder;

	private volatile String phase = "all";

	private volatile boolean stopped;

	LoadLoop(Load.Builder settings) throws IOException {
		this.settings = settings;
		this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), settings.port);
		String close = settings.kept() ? "" : "Connection: close\r\n";
		this.request = "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\n".formatted(settings.path, settings.port, close)
			.getBytes(StandardCharsets.US_ASCII);
		this.selector = Selector.open();
		this.recorder = new LoadRecorder(System.nanoTime(), settings.observer());
	}

	void phase(String phase) {
		this.phase = phase;
	}

	LoadRecorder recorder() {
		return this.recorder;
	}

	void stop() {
		this.stopped = true;
		this.selector.wakeup();
	}

	@Override
	public LoadReport call() throws IOException {
		this.settings.observer().started();
		long interval = TimeUnit.SECONDS.toNanos(1) / this.settings.rate;
		long start = System.nanoTime();
		LoadClock clock = new LoadClock(this.selector, start, interval);
		Thread clockThread = new Thread(clock, "load-clock");
		clockThread.setDaemon(true);
		clockThread.start();
		try {
			long due = start;
			long end = start + this.settings.atMost.toNanos();
			while (!this.stopped && due < end && !isOver()) {
				long now = System.nanoTime();
				for (; due <= now; due += interval) {
					this.waiting.add(new Request(due, this.phase));
					this.recorder.sent(this.phase);
				}
				turn(due - System.nanoTime());
			}
			if (isOver()) {
				this.waiting.forEach((request) -> this.recorder.withdrawn(request.phase()));
				this.waiting.clear();
			}
			long last = System.nanoTime() + this.settings.timeout.toNanos();
			while (unanswered() && System.nanoTime() < last) {
				turn(TimeUnit.MILLISECONDS.toNanos(10));
			}
			giveUp(Long.MAX_VALUE);
			return this.recorder.report();
		}
		finally {
			clock.stop();
			close();
		}
	}

	/**
	 * Whether no connection is replaced any more.
	 */
	private boolean isEnding() {
		return this.settings.isUntilAnnounced() && this.recorder.announcedCloses > 0;
	}

	private boolean isOver() {
		return isEnding() && this.inUse.isEmpty();
	}

	private void turn(long nanos) throws IOException {
		dispatch();
		this.selector.select((key) -> handle((LoadConnection) key.attachment(), key),
				Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
		giveUp(System.nanoTime() - this.settings.timeout.toNanos());
	}

	/**
	 * The connections take turns, and those that were announced to close are replaced as
	 * soon as there is a request for it.
	 */
	private void dispatch() {
		while (!this.waiting.isEmpty()) {
			LoadConnection connection = null;
			if (this.inUse.size() >= this.settings.connections || isEnding()) {
				connection = this.idle.pollFirst();
				if (connection == null) {
					return;
				}
			}
			Request next = this.waiting.remove();
			try {
				if (connection != null) {
					connection.send(next);
				}
				else {
					this.recorder.connects++;
					this.inUse.add(new LoadConnection(this.selector, this.address, this.request, next));
				}
			}
			catch (IOException ex) {
				fail(connection, next, ex);
			}
		}
	}

	private void handle(LoadConnection connection, SelectionKey key) {
		try {
			if (key.isConnectable()) {
				connection.connected();
				return;
			}
			ResponseParser response = connection.read(this.buffer);
			if (response != null) {
				answered(connection, response);
			}
		}
		catch (IOException ex) {
			fail(connection, connection.current(), ex);
		}
		if (connection.state() == LoadConnection.State.CLOSED) {
			this.closing.remove(connection);
		}
	}

	private void answered(LoadConnection connection, ResponseParser response) {
		Request answered = Objects.requireNonNull(connection.current());
		this.recorder.answered(answered, response.answer());
		if (response.announcesClose()) {
			if (this.settings.kept()) {
				this.recorder.ended(LoadObserver.End.ANNOUNCED);
			}
			this.inUse.remove(connection);
			this.closing.add(connection);
			connection.awaitClose();
		}
		else {
			connection.keep();
			this.idle.addLast(connection);
		}
	}

	private void fail(@Nullable LoadConnection connection, @Nullable Request failed, IOException cause) {
		if (cause instanceof EOFException) {
			this.recorder.ended(LoadObserver.End.SILENT);
		}
		else if (!(cause instanceof ConnectException)) {
			this.recorder.ended(LoadObserver.End.RESET);
		}
		if (failed != null) {
			this.recorder.failed(failed, String.valueOf(cause.getMessage()));
		}
		if (connection != null) {
			drop(connection);
		}
	}

	/**
	 * Fail what was due before a time and has no answer yet.
	 */
	private void giveUp(long dueBefore) {
		while (!this.waiting.isEmpty() && this.waiting.getFirst().due() < dueBefore) {
			this.recorder.failed(this.waiting.remove(), "no connection free");
		}
		for (LoadConnection connection : Set.copyOf(this.inUse)) {
			Request current = connection.current();
			if (current != null && current.due() < dueBefore) {
				this.recorder.failed(current, "no answer");
				drop(connection);
			}
		}
	}

	private void drop(LoadConnection connection) {
		connection.close();
		this.inUse.remove(connection);
		this.idle.remove(connection);
		this.closing.remove(connection);
	}

	private boolean unanswered() {
		return !this.waiting.isEmpty() || this.inUse.size() > this.idle.size();
	}

	private void close() throws IOException {
		this.inUse.forEach(LoadConnection::close);
		this.closing.forEach(LoadConnection::close);
		this.selector.close();
	}

	/**
	 * A request.
	 *
	 * @param due when it should be sent, in {@link System#nanoTime()}'s terms
	 * @param phase the phase that it counts for
	 */
	record Request(long due, String phase) {
	}

}
