package dev.hotswap.web.tomcat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.hotswap.web.IdleConnection;
import org.apache.coyote.Adapter;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.tomcat.util.collections.SynchronizedStack;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.SocketEvent;
import org.jspecify.annotations.Nullable;

import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The real connector with Tomcat's real poller, workers and processor, in which nothing
 * happens by itself: the poller, the worker and who gives connections up take one step at
 * a time, when they are told to.
 */
final class ManualServer implements AutoCloseable {

	private final ManualEndpoint endpoint = new ManualEndpoint();

	private final ManualPoller poller;

	private final Queue<Runnable> dispatched = new ArrayDeque<>();

	private final Worker worker = new Worker();

	private final Deque<SelectionKey> ready = new ArrayDeque<>();

	private final List<String> served;

	private boolean polled;

	private @Nullable Departure departure;

	private boolean cancelled;

	ManualServer(List<String> served) throws Exception {
		this.served = served;
		this.poller = new ManualPoller(this.endpoint);
		this.endpoint.start(this.poller);
		this.endpoint.setExecutor(this.dispatched::add);
		HandoffNioProtocol protocol = new HandoffNioProtocol(this.endpoint);
		protocol.setAdapter(new TestAdapter());
		protocol.setMaxKeepAliveRequests(-1);
		// Tomcat keeps connections only while it is bound
		protocol.setAddress(InetAddress.getLoopbackAddress());
		protocol.setPort(0);
		protocol.init();
	}

	/**
	 * The next step of {@code Poller.run()}.
	 */
	void pollerStep() throws IOException {
		SelectionKey key = this.ready.poll();
		if (key != null) {
			NioSocketWrapper wrapper = (NioSocketWrapper) key.attachment();
			if (wrapper != null) {
				this.poller.processKey(key, wrapper);
			}
		}
		else if (!this.polled) {
			this.polled = true;
			this.poller.events();
		}
		else {
			this.polled = false;
			this.poller.getSelector().selectNow();
			Iterator<SelectionKey> keys = this.poller.getSelector().selectedKeys().iterator();
			while (keys.hasNext()) {
				this.ready.add(keys.next());
				keys.remove();
			}
		}
	}

	/**
	 * A worker begins with what was dispatched first, or goes on where it stopped in the
	 * middle of a request.
	 */
	boolean workerStep() throws InterruptedException {
		return this.worker.step(this.dispatched);
	}

	/**
	 * The next step of {@link Departures}: choose, cancel, finish.
	 * @return the connection once it has left
	 */
	@Nullable IdleConnection departureStep(boolean begin) throws IOException {
		if (this.departure == null) {
			HandoffSocketWrapper candidate = begin ? this.endpoint.openConnections().findFirst().orElse(null) : null;
			this.departure = (candidate != null) ? candidate.departIfIdle(this.poller.getSelector()) : null;
			this.cancelled = false;
		}
		else if (!this.cancelled) {
			this.departure.cancel();
			this.cancelled = true;
		}
		else if (this.departure.isDeregistered()) {
			IdleConnection connection = this.departure.finish();
			this.departure = null;
			return connection;
		}
		return null;
	}

	boolean isLeaving() {
		return this.departure != null;
	}

	void adopt(SocketChannel channel, boolean kept) throws IOException {
		this.endpoint.adopt(channel, kept);
	}

	long connections() {
		assertThat(this.endpoint.openConnections().count()).isEqualTo(this.endpoint.getConnectionCount());
		return this.endpoint.getConnectionCount();
	}

	@Override
	public void close() throws Exception {
		this.worker.close();
		this.endpoint.openConnections().toList().forEach(HandoffSocketWrapper::close);
		this.poller.getSelector().close();
		this.endpoint.end();
	}

	private final class TestAdapter implements Adapter {

		@Override
		public void service(Request request, Response response) throws Exception {
			String path = request.requestURI().toString();
			ManualServer.this.worker.pause();
			ManualServer.this.served.add(path);
			byte[] body = (path + "\n").getBytes(StandardCharsets.ISO_8859_1);
			response.setStatus(200);
			response.setContentLength(body.length);
			response.doWrite(ByteBuffer.wrap(body));
		}

		@Override
		public boolean prepare(Request request, Response response) {
			return true;
		}

		@Override
		public boolean asyncDispatch(Request request, Response response, SocketEvent status) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void log(Request request, Response response, long time) {
		}

		@Override
		public void checkRecycled(Request request, Response response) {
		}

		@Override
		public @Nullable String getDomain() {
			return null;
		}

	}

	private static final class ManualEndpoint extends HandoffNioEndpoint {

		void start(Poller poller) {
			ReflectionTestUtils.setField(this, NioEndpoint.class, "poller", poller, null);
			ReflectionTestUtils.setField(this, NioEndpoint.class, "nioChannels", new SynchronizedStack<NioChannel>(),
					null);
			this.running = true;
		}

		void end() throws Exception {
			this.running = false;
			destroy();
		}

	}

	private static final class ManualPoller extends NioEndpoint.Poller {

		ManualPoller(NioEndpoint endpoint) throws IOException {
			endpoint.super();
		}

		@Override
		protected void processKey(SelectionKey key, NioSocketWrapper wrapper) {
			super.processKey(key, wrapper);
		}

	}

	/**
	 * A thread that runs only while {@link #step} waits for it.
	 */
	private static final class Worker implements AutoCloseable {

		private static final Runnable END = () -> {
		};

		private final BlockingQueue<Runnable> work = new LinkedBlockingQueue<>();

		private final BlockingQueue<Boolean> stopped = new LinkedBlockingQueue<>();

		private final Thread thread = new Thread(this::run, "worker");

		private boolean paused;

		Worker() {
			this.thread.start();
		}

		private void run() {
			try {
				for (Runnable next = this.work.take(); next != END; next = this.work.take()) {
					next.run();
					this.stopped.add(false);
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

		boolean step(Queue<Runnable> dispatched) throws InterruptedException {
			Runnable next = this.paused ? END : dispatched.poll();
			if (next == null) {
				return false;
			}
			this.work.add(next);
			Boolean paused = this.stopped.poll(20, TimeUnit.SECONDS);
			assertThat(paused).isNotNull();
			this.paused = paused;
			return true;
		}

		void pause() throws InterruptedException {
			this.stopped.add(true);
			this.work.take();
		}

		@Override
		public void close() throws InterruptedException {
			this.work.add(END);
			if (this.paused) {
				this.work.add(END);
			}
			this.thread.join(20_000);
		}

	}

}
