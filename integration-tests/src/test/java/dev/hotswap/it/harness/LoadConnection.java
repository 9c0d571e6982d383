package dev.hotswap.it.harness;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

import org.jspecify.annotations.Nullable;

/**
 * One of the load's connections. Belongs to the load's thread.
 */
final class LoadConnection {

	private final SocketChannel channel;

	private final SelectionKey key;

	private final byte[] request;

	private ResponseParser parser = new ResponseParser();

	private State state = State.CONNECTING;

	private LoadLoop.@Nullable Request current;

	LoadConnection(Selector selector, InetSocketAddress address, byte[] request, LoadLoop.Request first)
			throws IOException {
		this.request = request;
		this.current = first;
		this.channel = SocketChannel.open();
		try {
			this.channel.configureBlocking(false);
			this.channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
			boolean connected = this.channel.connect(address);
			this.key = this.channel.register(selector, connected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT,
					this);
			if (connected) {
				send();
			}
		}
		catch (IOException ex) {
			this.channel.close();
			throw ex;
		}
	}

	State state() {
		return this.state;
	}

	LoadLoop.@Nullable Request current() {
		return this.current;
	}

	void send(LoadLoop.Request next) throws IOException {
		this.current = next;
		send();
	}

	private void send() throws IOException {
		this.state = State.BUSY;
		this.parser = new ResponseParser();
		ByteBuffer buffer = ByteBuffer.wrap(this.request);
		this.channel.write(buffer);
		if (buffer.hasRemaining()) {
			throw new IOException("The kernel took only a part of the request");
		}
	}

	void connected() throws IOException {
		this.channel.finishConnect();
		this.key.interestOps(SelectionKey.OP_READ);
		send();
	}

	/**
	 * Read what is there.
	 * @param buffer any buffer
	 * @return the complete response, or {@code null} when it is not complete yet, or the
	 * server has closed a connection that was to be closed
	 * @throws EOFException if the server closed a connection that it should have kept
	 */
	@Nullable ResponseParser read(ByteBuffer buffer) throws IOException {
		buffer.clear();
		int count = this.channel.read(buffer);
		buffer.flip();
		if (this.state == State.CLOSING) {
			if (count < 0) {
				close();
			}
			return null;
		}
		if (count < 0) {
			if (this.state == State.BUSY && this.parser.feedEnd()) {
				return this.parser;
			}
			throw new EOFException((this.state == State.BUSY) ? "closed in a request" : "closed while idle");
		}
		return this.parser.feed(buffer) ? this.parser : null;
	}

	/**
	 * The answer is there and the connection can be used again.
	 */
	void keep() {
		this.state = State.IDLE;
		this.current = null;
	}

	/**
	 * The answer is there and the server will close.
	 */
	void awaitClose() {
		this.state = State.CLOSING;
		this.current = null;
	}

	void close() {
		this.state = State.CLOSED;
		this.current = null;
		try {
			this.channel.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	enum State {

		CONNECTING, BUSY, IDLE, CLOSING, CLOSED

	}

}
