package dev.hotswap.web.netty;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.netty.channel.EventLoop;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.util.concurrent.Promise;
import org.jspecify.annotations.Nullable;

/**
 * The gate in front of an accept queue: whether the listener's channel may read. Starts
 * closed. Whoever changes it says so at once; the event loop, which alone accepts, then
 * acts on the latest state.
 */
final class AcceptGate {

	/**
	 * How long a connect that has begun its handshake has to complete it: one round trip.
	 */
	private static final Duration HANDSHAKE = Duration.ofMillis(100);

	/** How long a connection is left to another process that shares the listener. */
	private static final Duration MOMENT = Duration.ofMillis(2);

	/** How long Reactor Netty accepts nothing after a failure. */
	private static final Duration REST = Duration.ofSeconds(1);

	private final String name;

	private final ServerSocketChannel listener;

	private final Transport transport;

	private volatile boolean open;

	private volatile boolean ended;

	private volatile double share = 1;

	/** Whether each moment decides anew. On the event loop, as is what follows. */
	private boolean sharing;

	private boolean leaving;

	private boolean emptying;

	private long passed;

	private @Nullable Throwable failure;

	private long restUntil = System.nanoTime();

	AcceptGate(String name, ServerSocketChannel listener, Transport transport) {
		this.name = name;
		this.listener = listener;
		this.transport = transport;
	}

	/**
	 * Whether the channel may accept now. Asked on the event loop.
	 * @return whether it may
	 */
	boolean mayAccept() {
		return (this.open && !this.leaving) || this.emptying;
	}

	/**
	 * Whether {@link #emptyAndClose} closed the listener, rather than the server.
	 * @return whether connections go on
	 */
	boolean isEnded() {
		return this.ended;
	}

	/** A connection was accepted. Called on the event loop. */
	void passed() {
		this.passed++;
	}

	/** Accepting has failed. Called on the event loop. */
	void failed(Throwable failure) {
		this.failure = failure;
		this.restUntil = System.nanoTime() + REST.toNanos();
	}

	void open() {
		this.open = true;
		applySoon();
	}

	/**
	 * Accept in a share of all moments, and leave the others to another process.
	 * @param share between 0 and 1
	 */
	void share(double share) {
		this.share = share;
		EventLoop loop = this.listener.eventLoop();
		if (!loop.isShuttingDown()) {
			loop.execute(() -> {
				if (!this.sharing) {
					takeLeft();
				}
			});
		}
	}

	/** What nobody else has taken in the last moment. */
	private void takeLeft() {
		this.sharing = this.share < 1 && this.listener.isOpen();
		this.leaving = false;
		long rest = this.restUntil - System.nanoTime();
		if (this.sharing && rest > 0) {
			this.listener.eventLoop().schedule(this::takeLeft, rest, TimeUnit.NANOSECONDS);
			return;
		}
		apply();
		if (this.sharing) {
			// Run after a pass of the selector, which accepts what is there
			this.listener.eventLoop().schedule(this::decide, 0, TimeUnit.NANOSECONDS);
		}
	}

	private void decide() {
		if (!this.listener.isOpen()) {
			return;
		}
		this.leaving = ThreadLocalRandom.current().nextDouble() >= this.share;
		apply();
		this.listener.eventLoop().schedule(this::takeLeft, MOMENT.toNanos(), TimeUnit.NANOSECONDS);
	}

	private void applySoon() {
		EventLoop loop = this.listener.eventLoop();
		if (loop.inEventLoop()) {
			apply();
		}
		else if (!loop.isShuttingDown()) {
			loop.execute(this::apply);
		}
	}

	private void apply() {
		if (mayAccept()) {
			this.listener.config().setAutoRead(true);
			// Changes nothing for Netty where it was true, hence the read
			this.listener.read();
		}
		else {
			this.listener.config().setAutoRead(false);
		}
	}

	/**
	 * Close the gate and wait until the event loop has seen it, and so accepts nothing.
	 * @param timeout how long to wait at most
	 * @throws IOException if it has not by then, or the gate was opened meanwhile
	 */
	void close(Duration timeout) throws IOException {
		this.open = false;
		applySoon();
		Loops.call(this.listener.eventLoop(), timeout, () -> true, (seen) -> {
		});
		if (this.open) {
			throw new IOException("Connector '" + this.name + "' was told to accept again");
		}
	}

	/**
	 * Close the gate for good: accept until the queue is empty and nobody can come into
	 * it any more, or, where the kernel cannot be told to refuse connects, until it is
	 * empty for a moment, and close the listener.
	 * @param timeout how long to accept at most
	 * @throws IOException if accepting fails, or the queue is not empty in time; the
	 * listener is closed nevertheless
	 */
	void emptyAndClose(Duration timeout) throws IOException {
		this.ended = true;
		try {
			close(timeout);
			if (this.listener.isActive()) {
				Promise<Void> emptied = this.listener.eventLoop().newPromise();
				this.listener.eventLoop().execute(() -> empty(System.nanoTime() + timeout.toNanos(), emptied));
				// The looks into the queue end by themselves
				Loops.await(emptied, timeout.plus(HANDSHAKE.multipliedBy(2)));
			}
		}
		finally {
			Loops.await(this.listener.close(), timeout);
		}
	}

	private void empty(long deadline, Promise<Void> emptied) {
		long wait = this.transport.refuseConnects(this.listener) ? HANDSHAKE.toNanos() : 0;
		this.failure = null;
		this.emptying = true;
		apply();
		look(this.passed, wait, deadline, emptied);
	}

	/**
	 * A scheduled task runs after a pass of the selector, which accepts what is there.
	 */
	private void look(long before, long wait, long deadline, Promise<Void> emptied) {
		this.listener.eventLoop().schedule(() -> {
			if (this.failure != null) {
				finish(emptied, new IOException("Accepting failed while connector '" + this.name
						+ "' emptied its accept queue; those that waited are reset", this.failure));
			}
			else if (this.passed == before) {
				finish(emptied, null);
			}
			else if (System.nanoTime() - deadline >= 0) {
				finish(emptied, new IOException("Connects to connector '" + this.name
						+ "' were still coming at the deadline; those that waited are reset"));
			}
			else {
				look(this.passed, wait, deadline, emptied);
			}
		}, wait, TimeUnit.NANOSECONDS);
	}

	private void finish(Promise<Void> emptied, @Nullable IOException failure) {
		this.emptying = false;
		apply();
		if (failure != null) {
			emptied.tryFailure(failure);
		}
		else {
			emptied.trySuccess(null);
		}
	}

}
