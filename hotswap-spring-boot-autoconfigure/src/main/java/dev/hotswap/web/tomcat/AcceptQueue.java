package dev.hotswap.web.tomcat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import dev.hotswap.descriptor.ChannelDescriptors;
import org.jspecify.annotations.Nullable;

/**
 * A listener with a selector of its own, so that waiting for a connection can be ended
 * without connecting to the listener: on a shared listener another process might get that
 * connection. Owns both.
 */
class AcceptQueue {

	private static final Consumer<SelectionKey> NOTHING = (key) -> {
	};

	/**
	 * How long a connect that has begun its handshake has to complete it: one round trip.
	 */
	private static final Duration HANDSHAKE = Duration.ofMillis(100);

	/** How long a connection is left to another process that shares the listener. */
	private static final Duration MOMENT = Duration.ofMillis(2);

	private final ServerSocketChannel listener;

	private final Selector selector;

	private final InetSocketAddress address;

	private volatile double share = 1;

	/**
	 * Take over a listener, which is closed if that fails.
	 * @param listener the bound listener
	 * @throws IOException if the listener cannot be watched
	 */
	@SuppressWarnings("resource")
	AcceptQueue(ServerSocketChannel listener) throws IOException {
		this.listener = listener;
		Selector selector = null;
		try {
			this.address = (InetSocketAddress) listener.getLocalAddress();
			// O_NONBLOCK belongs to the open file description, so all processes that
			// share the listener share it too (fcntl(2)).
			listener.configureBlocking(false);
			selector = Selector.open();
			listener.register(selector, SelectionKey.OP_ACCEPT);
		}
		catch (IOException | RuntimeException ex) {
			listener.close();
			if (selector != null) {
				selector.close();
			}
			throw ex;
		}
		this.selector = selector;
	}

	ServerSocketChannel listener() {
		return this.listener;
	}

	InetSocketAddress address() {
		return this.address;
	}

	boolean isOpen() {
		return this.listener.isOpen();
	}

	/**
	 * Wait for the gate to be open, for room below the limit and for a connection, and
	 * accept it.
	 * @param gate the gate; where there is a connection, the caller has to say that it
	 * has {@linkplain AcceptGate#passed() passed}
	 * @param limit the limit; the caller counts the connection
	 * @param giveUp a reason to return without a connection, asked again after each
	 * {@link #wakeup()}, {@link AcceptGate#recheck()} and
	 * {@link ConnectionLimit#recheck()}
	 * @return the connection, or {@code null} if there is a reason to give up or the
	 * queue is closed
	 * @throws IOException if accepting fails, for example at the descriptor limit
	 */
	@Nullable SocketChannel next(AcceptGate gate, ConnectionLimit limit, BooleanSupplier giveUp) throws IOException {
		BooleanSupplier leave = () -> giveUp.getAsBoolean() || !isOpen();
		BooleanSupplier shut = () -> leave.getAsBoolean() || !gate.isOpen();
		while (!leave.getAsBoolean()) {
			if (!gate.isOpen()) {
				gate.awaitOpen(leave);
				continue;
			}
			if (!limit.hasRoom()) {
				limit.awaitRoom(leave);
				continue;
			}
			await(shut);
			// The limit may have been reached by adoption in between
			SocketChannel connection = (giveUp.getAsBoolean() || !limit.hasRoom()) ? null : acceptThrough(gate);
			if (connection != null) {
				return connection;
			}
		}
		return null;
	}

	/**
	 * Of those that wait for a connection, leave all but a share to another process for a
	 * moment.
	 * @param share between 0 and 1
	 */
	void share(double share) {
		this.share = share;
	}

	/**
	 * Where several connections wait, they are taken without another moment for each: a
	 * full queue is to be emptied.
	 */
	private void await(BooleanSupplier leave) throws IOException {
		try {
			if (this.share < 1 && (this.selector.selectNow(NOTHING) > 0 || leave.getAsBoolean())) {
				// It may have taken the wake-up
				return;
			}
			this.selector.select(NOTHING);
			if (this.share < 1 && ThreadLocalRandom.current().nextDouble() >= this.share) {
				LockSupport.parkNanos(MOMENT.toNanos());
			}
		}
		catch (ClosedSelectorException ex) {
			// Closed while waiting, or before: isOpen() says so.
		}
	}

	private @Nullable SocketChannel acceptThrough(AcceptGate gate) throws IOException {
		if (!gate.pass()) {
			return null;
		}
		SocketChannel connection = null;
		try {
			connection = accept();
		}
		catch (ClosedChannelException ex) {
			// Closed in between: isOpen() says so.
		}
		finally {
			if (connection == null) {
				gate.passed();
			}
		}
		return connection;
	}

	/**
	 * Accept a connection that the selector has announced. One connection per selection:
	 * should another process have set the shared listener to blocking, an accept without
	 * a readiness of its own would block for good.
	 * @return the connection, or {@code null} after a wake-up or if another process was
	 * faster
	 * @throws IOException if accepting fails
	 */
	@Nullable SocketChannel accept() throws IOException {
		return this.listener.accept();
	}

	/**
	 * End the current wait for a connection, or the next one.
	 */
	void wakeup() {
		this.selector.wakeup();
	}

	/**
	 * Accept until the queue is empty and nobody can come into it any more, or, where the
	 * kernel cannot be told to refuse connects, until it is empty for a moment. While the
	 * gate is closed, and for one thread: the acceptor may still be on its way from its
	 * selector to the gate, so this waits on another one.
	 * @param server serves a connection
	 * @param timeout how long at most
	 * @throws IOException if accepting fails, or the queue is not empty in time
	 */
	void empty(Consumer<SocketChannel> server, Duration timeout) throws IOException {
		long deadline = System.nanoTime() + timeout.toNanos();
		long wait = ChannelDescriptors.refuseConnects(this.listener) ? HANDSHAKE.toMillis() : 0;
		try (Selector selector = Selector.open()) {
			this.listener.register(selector, SelectionKey.OP_ACCEPT);
			while (((wait > 0) ? selector.select(NOTHING, wait) : selector.selectNow(NOTHING)) > 0) {
				SocketChannel connection = accept();
				if (connection != null) {
					server.accept(connection);
				}
				if (System.nanoTime() - deadline >= 0) {
					throw new IOException("Connects to " + this.address + " were still coming after "
							+ timeout.toMillis() + " ms; those that waited are reset");
				}
			}
		}
	}

	/**
	 * Close the listener in this process. A registered channel is closed by the kernel
	 * only once its key is deregistered, which closing the selector does.
	 * @throws IOException if closing fails
	 */
	void close() throws IOException {
		try {
			this.listener.close();
		}
		finally {
			this.selector.close();
		}
	}

}
