package dev.hotswap.it.harness;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A client that sends requests on a fixed schedule over plain sockets, and counts what
 * becomes of each of them and of each connection. It repeats nothing.
 */
public final class Load implements AutoCloseable {

	private final LoadLoop loop;

	private final FutureTask<LoadReport> task;

	private final Duration patience;

	private Load(Builder builder) throws IOException {
		this.loop = new LoadLoop(builder);
		this.task = new FutureTask<>(this.loop);
		this.patience = builder.timeout.plusSeconds(10);
		Thread thread = new Thread(this.task, "load");
		thread.setDaemon(true);
		thread.start();
	}

	/**
	 * Prepare a load.
	 * @param port the port on 127.0.0.1
	 * @param path what to get
	 * @return 400 requests a second over 16 kept connections, unless told otherwise
	 */
	public static Builder on(int port, String path) {
		return new Builder(port, path);
	}

	/**
	 * Count the requests that are due from now on for a phase.
	 * @param name the phase's name
	 */
	public void phase(String name) {
		this.loop.phase(name);
	}

	/**
	 * How many answers each process has given until now.
	 * @return the counts by process id
	 */
	public Map<Long, Long> answersByPid() {
		return Map.copyOf(this.loop.recorder().answersByPid());
	}

	/**
	 * How many requests were due until now.
	 * @return the count
	 */
	public long sent() {
		return this.loop.recorder().sentUntilNow();
	}

	/**
	 * Send nothing more, and wait for what is on its way.
	 * @return what was seen
	 */
	public LoadReport stop() {
		this.loop.stop();
		try {
			return this.task.get(this.patience.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
		catch (ExecutionException | TimeoutException ex) {
			throw new IllegalStateException("The load did not end", ex);
		}
	}

	@Override
	public void close() {
		stop();
	}

	/**
	 * What the load is to be.
	 */
	public static final class Builder {

		final int port;

		final String path;

		int rate = 400;

		int connections = 16;

		Duration timeout = Duration.ofSeconds(30);

		Duration atMost = Duration.ofMinutes(10);

		private boolean kept = true;

		private boolean untilAnnounced;

		private LoadObserver observer = LoadObserver.NONE;

		private Builder(int port, String path) {
			this.port = port;
			this.path = path;
		}

		public Builder rate(int perSecond) {
			this.rate = perSecond;
			return this;
		}

		/**
		 * Keep connections, which take turns.
		 * @param count how many
		 * @return this
		 */
		public Builder keptConnections(int count) {
			this.kept = true;
			this.connections = count;
			return this;
		}

		public Builder connectionPerRequest() {
			this.kept = false;
			this.connections = 512;
			return this;
		}

		boolean kept() {
			return this.kept;
		}

		/**
		 * Do not replace a connection whose end was announced, and send nothing more once
		 * there is none left.
		 * @return this
		 */
		public Builder untilAnnounced() {
			this.untilAnnounced = true;
			return this;
		}

		boolean isUntilAnnounced() {
			return this.untilAnnounced;
		}

		/**
		 * Stop by itself after some time.
		 * @param duration ten minutes unless told otherwise
		 * @return this
		 */
		public Builder atMost(Duration duration) {
			this.atMost = duration;
			return this;
		}

		public Builder observer(LoadObserver observer) {
			this.observer = observer;
			return this;
		}

		LoadObserver observer() {
			return this.observer;
		}

		public Load start() throws IOException {
			return new Load(this);
		}

	}

}
