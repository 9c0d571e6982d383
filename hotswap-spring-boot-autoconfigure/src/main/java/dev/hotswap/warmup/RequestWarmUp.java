package dev.hotswap.warmup;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import dev.hotswap.web.HandoffConnector;
import dev.hotswap.web.HandoffConnectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to connectors of this process, over and over in proportion to their
 * weights, until their latency has settled. For one run.
 * <p>
 * A request that is answered at once keeps a processor busy. More of these at a time than
 * half of the processors, whose other half the JIT compilers want, would make nothing
 * warm sooner, but threads stand in line, the predecessor's among them. So they take
 * turns, and only those that wait for something else are sent as many at once as there
 * are workers.
 */
final class RequestWarmUp {

	private static final int WINDOW = 250;

	/** How many are sent before the order repeats, about. */
	private static final int SLOTS = 100;

	private static final Duration MAX_RESPONSE_TIME = Duration.ofSeconds(5);

	private static final Duration PAUSE = Duration.ofMillis(1);

	/** Which part of the time is left for what comes after the intermission. */
	private static final int SECOND_PART = 4;

	private static final Duration PROGRESS = Duration.ofSeconds(1);

	private static final Log logger = LogFactory.getLog(RequestWarmUp.class);

	private final Map<String, HandoffConnector> connectors = new HashMap<>();

	private final BooleanSupplier isServing;

	private final List<WarmUpTarget> targets;

	private final List<WarmUpTarget> schedule;

	private final AtomicInteger next = new AtomicInteger();

	/** Each worker's. */
	private final List<LoopbackConnections> connections;

	private final Duration duration;

	private final ThreadFactory threads;

	private final Semaphore turns = new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() / 2), true);

	private final LatencyTrend trend;

	/**
	 * Create a warm-up.
	 * @param connectors the connectors, whose gates are closed; the end of that, as when
	 * the predecessor dies, is the end of the warm-up
	 * @param requests what to send
	 * @param mark the value of the warm-up's header
	 * @param duration how long at most
	 * @param concurrency how many at once
	 * @param minimum how many before the latency may count as settled
	 * @param threads makes the threads of workers
	 */
	RequestWarmUp(HandoffConnectors connectors, List<WarmUpRequest> requests, String mark, Duration duration,
			int concurrency, int minimum, ThreadFactory threads) {
		connectors.all().forEach((connector) -> this.connectors.put(connector.name(), connector));
		this.isServing = connectors::isOpen;
		this.targets = requests.stream().map(WarmUpTarget::new).toList();
		this.schedule = schedule(this.targets);
		this.connections = Stream.generate(() -> new LoopbackConnections(mark)).limit(concurrency).toList();
		this.duration = duration;
		this.threads = threads;
		this.trend = new LatencyTrend(WINDOW, minimum, new CompilerTime(), System::nanoTime);
	}

	/** Each at least once, in an order that is the same for the same requests. */
	private static List<WarmUpTarget> schedule(List<WarmUpTarget> targets) {
		double total = targets.stream().mapToDouble((target) -> target.request().weight()).sum();
		List<WarmUpTarget> schedule = new ArrayList<>();
		for (WarmUpTarget target : targets) {
			int slots = Math.max(1, (int) Math.round(SLOTS * target.request().weight() / total));
			schedule.addAll(Collections.nCopies(slots, target));
		}
		Collections.shuffle(schedule, new Random(0));
		return schedule;
	}

	/**
	 * Run until the latency has settled, before the intermission and once more after it,
	 * the time is over, or nothing is left to send.
	 * @param intermission what is to be done before the last requests; left out if this
	 * process serves meanwhile
	 * @param progress called each second
	 * @return what was done
	 */
	Result run(Runnable intermission, Runnable progress) {
		long start = System.nanoTime();
		long deadline = start + this.duration.toNanos();
		sendUntil(deadline - this.duration.dividedBy(SECOND_PART).toNanos(), deadline, progress);
		if (!this.isServing.getAsBoolean() && !Thread.currentThread().isInterrupted()) {
			long stopped = System.nanoTime();
			intermission.run();
			this.trend.restart();
			deadline += System.nanoTime() - stopped;
			sendUntil(deadline, deadline, progress);
		}
		long routes = this.targets.stream().filter(WarmUpTarget::isAnswered).count();
		return new Result(this.trend.count(), (int) routes, Duration.ofNanos(System.nanoTime() - start),
				Duration.ofNanos(this.trend.first()), Duration.ofNanos(this.trend.last()), this.trend.isSettled(),
				this.targets.stream().flatMap(WarmUpTarget::failure).toList());
	}

	/** What has been sent until the one time may be answered until the other. */
	private void sendUntil(long end, long deadline, Runnable progress) {
		CountDownLatch ended = startWorkers(end, deadline);
		try {
			while (!ended.await(PROGRESS.toMillis(), TimeUnit.MILLISECONDS)) {
				progress.run();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** As many as the system gives threads for, which may limit them. */
	private CountDownLatch startWorkers(long end, long deadline) {
		CountDownLatch ended = new CountDownLatch(this.connections.size());
		for (int i = 0; i < this.connections.size(); i++) {
			LoopbackConnections connections = this.connections.get(i);
			Thread worker = this.threads.newThread(() -> {
				try (connections) {
					work(connections, end, deadline);
				}
				finally {
					ended.countDown();
				}
			});
			worker.setName("hotswap-warm-up-" + (i + 1));
			worker.setDaemon(true);
			try {
				worker.start();
			}
			catch (OutOfMemoryError ex) {
				// How the JDK reports that
				logger.warn("Warm-up: a worker could not be started: " + ex);
				ended.countDown();
			}
		}
		return ended;
	}

	private void work(LoopbackConnections connections, long end, long deadline) {
		while (!isOver(end)) {
			WarmUpTarget target = nextTarget();
			if (target == null) {
				if (this.targets.stream().allMatch(WarmUpTarget::isGivenUp)) {
					return;
				}
				// All that is left waits for its first response
				LockSupport.parkNanos(PAUSE.toNanos());
				continue;
			}
			try {
				sendInTurn(target, connections, deadline);
			}
			finally {
				target.ended();
			}
		}
	}

	private boolean isOver(long end) {
		return this.trend.isSettled() || System.nanoTime() - end >= 0 || this.isServing.getAsBoolean()
				|| Thread.currentThread().isInterrupted();
	}

	private @Nullable WarmUpTarget nextTarget() {
		for (int i = 0; i < this.schedule.size(); i++) {
			WarmUpTarget target = this.schedule.get(Math.floorMod(this.next.getAndIncrement(), this.schedule.size()));
			if (target.begin()) {
				return target;
			}
		}
		return null;
	}

	private void sendInTurn(WarmUpTarget target, LoopbackConnections connections, long deadline) {
		if (!target.isQuick()) {
			send(target, connections, deadline);
			return;
		}
		try {
			if (this.turns.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
				try {
					send(target, connections, deadline);
				}
				finally {
					this.turns.release();
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void send(WarmUpTarget target, LoopbackConnections connections, long deadline) {
		HandoffConnector connector = this.connectors.get(target.request().connector());
		if (connector == null) {
			target.failed("there is no connector '" + target.request().connector() + "'");
			return;
		}
		LoopbackConnection connection = null;
		boolean keeps = false;
		try {
			connection = connections.take(connector, target.request());
			long start = System.nanoTime();
			long latest = Math.min(start + MAX_RESPONSE_TIME.toNanos(), deadline);
			ResponseReader.Response response = connection.exchange(target.request(), latest);
			long took = System.nanoTime() - start;
			this.trend.add(took);
			target.answered(response.status(), took);
			keeps = response.kept();
		}
		catch (IOException ex) {
			logger.debug("Warm-up: no response to " + target.request(), ex);
			boolean hasEnded = connection != null && connection.isKept() && !(ex instanceof SocketTimeoutException);
			if (!hasEnded && System.nanoTime() - deadline < 0) {
				target.failed("no response: " + ex);
			}
		}
		finally {
			if (keeps) {
				connections.keep(connector, target.request(), connection);
			}
			else if (connection != null) {
				connection.close();
			}
		}
	}

	/**
	 * What a warm-up has done.
	 *
	 * @param requests how many requests were answered
	 * @param routes of how many kinds
	 * @param time how long it took
	 * @param first the median latency of the first requests; zero where there were too
	 * few
	 * @param last the median latency of the last ones
	 * @param settled whether the latency has settled
	 * @param failures which requests have failed
	 */
	record Result(int requests, int routes, Duration time, Duration first, Duration last, boolean settled,
			List<WarmUpTarget.Failure> failures) {

	}

}
