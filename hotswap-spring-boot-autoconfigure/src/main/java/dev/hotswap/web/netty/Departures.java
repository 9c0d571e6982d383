package dev.hotswap.web.netty;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.hotswap.web.ConnectionCounters;
import dev.hotswap.web.IdleConnection;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Promise;
import org.jspecify.annotations.Nullable;

/**
 * Gives idle connections up, many at a time: each event loop chooses among its own, and
 * closes them after a pass of its selector, which deregisters them all.
 */
final class Departures {

	static final int MAX = 256;

	private static final Duration PASS_TIMEOUT = Duration.ofSeconds(5);

	private final Collection<HandoffConnection> connections;

	private final Transport transport;

	private final ConnectionCounters counters;

	private final boolean warmUp;

	private final Duration passTimeout;

	/**
	 * Held by whoever waits for event loops, one at a time. What is below is guarded by
	 * this object, which nobody waits with: an event loop may {@link #abandon()} it.
	 */
	private final Object turn = new Object();

	/** Event loops that have not answered yet. */
	private final List<Promise<Departed>> pending = new ArrayList<>();

	/** Where the next round goes on; after the last one, it begins anew. */
	private Iterator<HandoffConnection> next = Collections.emptyIterator();

	/** What has left, but has not been returned. */
	private final List<IdleConnection> departed = new ArrayList<>();

	/**
	 * Create departures.
	 * @param connections all there are
	 * @param transport their transport
	 * @param counters counts those that have left
	 * @param warmUp whether those for a warm-up leave, which are not counted, or all
	 * others
	 */
	Departures(Collection<HandoffConnection> connections, Transport transport, ConnectionCounters counters,
			boolean warmUp) {
		this(connections, transport, counters, warmUp, PASS_TIMEOUT);
	}

	Departures(Collection<HandoffConnection> connections, Transport transport, ConnectionCounters counters,
			boolean warmUp, Duration passTimeout) {
		this.connections = connections;
		this.transport = transport;
		this.counters = counters;
		this.warmUp = warmUp;
		this.passTimeout = passTimeout;
	}

	List<IdleConnection> giveUp(int max) throws IOException {
		if (max < 1 || max > MAX) {
			throw new IllegalArgumentException("Between 1 and " + MAX + " connections at a time, not " + max);
		}
		synchronized (this.turn) {
			begin(max);
			return finish(max);
		}
	}

	/**
	 * Have the event loops choose, unless some have not answered yet.
	 */
	synchronized void begin(int max) {
		if (this.pending.isEmpty() && this.departed.isEmpty()) {
			AtomicInteger room = new AtomicInteger(max);
			Loops.byLoop(candidates()).forEach((loop, group) -> choose(loop, group, room));
		}
	}

	/**
	 * Each round goes on where the last one ended: to look at all of them for each few
	 * hundred takes longer than anything else if there are thousands. As many are looked
	 * at as could leave at most, since some only seem idle.
	 */
	private Set<HandoffConnection> candidates() {
		Set<HandoffConnection> candidates = new LinkedHashSet<>();
		boolean amid = this.next.hasNext();
		look(candidates);
		if (amid) {
			look(candidates);
		}
		return candidates;
	}

	private void look(Set<HandoffConnection> candidates) {
		if (!this.next.hasNext()) {
			this.next = this.connections.iterator();
		}
		while (candidates.size() < MAX && this.next.hasNext()) {
			HandoffConnection connection = this.next.next();
			if (connection.isWarmUp() == this.warmUp && connection.seemsIdle()) {
				candidates.add(connection);
			}
		}
	}

	/**
	 * Whether {@link #finish} needs not wait.
	 */
	synchronized boolean isDone() {
		return this.pending.stream().allMatch(Promise::isDone);
	}

	List<IdleConnection> finish(int max) throws IOException {
		boolean done = awaitPending();
		return take(max, done);
	}

	private boolean awaitPending() {
		List<Promise<Departed>> pending;
		synchronized (this) {
			pending = List.copyOf(this.pending);
		}
		long deadline = System.nanoTime() + this.passTimeout.toNanos();
		boolean done = true;
		for (Promise<Departed> answer : pending) {
			done &= answer.awaitUninterruptibly(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
		}
		return done;
	}

	private synchronized List<IdleConnection> take(int max, boolean done) throws IOException {
		IOException failure = collect();
		if (!done) {
			throw new IOException(
					"An event loop of the server did not turn within " + this.passTimeout.toMillis() + " ms");
		}
		if (this.departed.isEmpty() && failure != null) {
			throw failure;
		}
		List<IdleConnection> connections = List.copyOf(this.departed.subList(0, Math.min(max, this.departed.size())));
		this.departed.subList(0, connections.size()).clear();
		if (!this.warmUp) {
			this.counters.addGivenUp(connections.size());
		}
		return connections;
	}

	private void choose(EventLoop loop, List<HandoffConnection> group, AtomicInteger room) {
		Promise<Departed> answer = loop.newPromise();
		try {
			loop.execute(() -> depart(loop, group, room, answer));
			this.pending.add(answer);
		}
		catch (RejectedExecutionException ex) {
			// The server has stopped, and its connections have ended
		}
	}

	private void depart(EventLoop loop, List<HandoffConnection> group, AtomicInteger room, Promise<Departed> answer) {
		List<HandoffConnection> leaving = new ArrayList<>();
		IOException failure = null;
		Iterator<HandoffConnection> candidates = group.iterator();
		while (failure == null && candidates.hasNext() && room.get() > 0) {
			HandoffConnection candidate = candidates.next();
			try {
				// One that only seems idle takes no room, not even for a moment
				if (candidate.isBetweenRequests() && room.getAndDecrement() > 0) {
					candidate.depart(this.transport);
					leaving.add(candidate);
				}
			}
			catch (IOException ex) {
				failure = ex;
			}
			catch (RuntimeException | Error ex) {
				// Whoever waits gets an answer in any case
				failure = new IOException("A connection could not be looked at", ex);
			}
		}
		close(loop, leaving, failure, answer);
	}

	/**
	 * A scheduled task runs after a pass of the selector.
	 */
	private void close(EventLoop loop, List<HandoffConnection> leaving, @Nullable IOException failure,
			Promise<Departed> answer) {
		if (leaving.stream()
			.allMatch((connection) -> !connection.channel().isRegistered()
					&& this.transport.isDeregistered(connection.channel()))) {
			answer.setSuccess(new Departed(leaving.stream().map(HandoffConnection::finishDeparture).toList(), failure));
		}
		else {
			loop.schedule(() -> close(loop, leaving, failure, answer), 0, TimeUnit.NANOSECONDS);
		}
	}

	private @Nullable IOException collect() {
		IOException failure = null;
		for (Iterator<Promise<Departed>> answers = this.pending.iterator(); answers.hasNext();) {
			Promise<Departed> answer = answers.next();
			if (answer.isDone()) {
				answers.remove();
				Departed departed = answer.getNow();
				this.departed.addAll(departed.connections());
				failure = (departed.failure() != null) ? departed.failure() : failure;
			}
		}
		return failure;
	}

	/**
	 * Close what could not leave before the server stopped. Called by the listener's
	 * event loop, for which another thread may be waiting.
	 */
	synchronized void abandon() {
		this.departed.forEach((connection) -> connection.descriptor().close());
		this.departed.clear();
		this.pending.forEach((answer) -> answer
			.addListener((late) -> answer.getNow().connections().forEach((each) -> each.descriptor().close())));
		this.pending.clear();
	}

	private record Departed(List<IdleConnection> connections, @Nullable IOException failure) {

	}

}
