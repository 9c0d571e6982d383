package dev.hotswap.web.tomcat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * A listener with a selector of its own, so that waiting for a connection can be ended
 * without connecting to the listener: on a shared listener another process might get that
 * connection. Owns both.
 */
class AcceptQueue {

	private static final Consumer<SelectionKey> NOTHING = (key) -> {
	};

	private final ServerSocketChannel listener;

	private final Selector selector;

	private final InetSocketAddress address;

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
	 * Wait until there may be a connection. Returns at once after {@link #wakeup()}, also
	 * one that came before the wait, and when the queue is closed.
	 * @throws IOException if selecting fails
	 */
	void await() throws IOException {
		try {
			this.selector.select(NOTHING);
		}
		catch (ClosedSelectorException ex) {
			// Closed while waiting, or before: isOpen() says so.
		}
	}

	/**
	 * Accept a connection that {@link #await()} has announced. One connection per await:
	 * should another process have set the shared listener to blocking, an accept without
	 * a readiness of its own would block for good.
	 * @return the connection, or {@code null} if another process took it
	 * @throws IOException if accepting fails, for example at the descriptor limit
	 */
	@Nullable SocketChannel accept() throws IOException {
		return this.listener.accept();
	}

	void wakeup() {
		this.selector.wakeup();
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
