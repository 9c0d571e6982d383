package dev.hotswap.benchmark;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * One of the closed loop's connections, or, where none is kept, one after another.
 */
final class ClosedLoopConnection implements AutoCloseable {

	private final Selector selector;

	private final InetSocketAddress address;

	private final ByteBuffer request;

	private final boolean kept;

	private final ResponseEnd response = new ResponseEnd();

	private @Nullable SocketChannel channel;

	ClosedLoopConnection(Selector selector, InetSocketAddress address, byte[] request, boolean kept) {
		this.selector = selector;
		this.address = address;
		this.request = ByteBuffer.allocateDirect(request.length).put(request).flip();
		this.kept = kept;
	}

	/**
	 * Send the next request, if need be on a new connection, which a loopback connect
	 * completes at once.
	 */
	void begin() throws IOException {
		if (this.channel == null) {
			SocketChannel opened = SocketChannel.open(this.address);
			this.channel = opened;
			opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
			opened.configureBlocking(false);
			opened.register(this.selector, SelectionKey.OP_READ, this);
		}
		this.response.reset();
		this.channel.write(this.request.rewind());
		if (this.request.hasRemaining()) {
			throw new IOException("The kernel took only a part of the request");
		}
	}

	/**
	 * Read what is there.
	 * @param buffer any buffer
	 * @return whether the answer is complete; without kept connections that includes the
	 * server's close, so that it is the server's side that waits in TIME_WAIT
	 */
	boolean isAnswered(ByteBuffer buffer) throws IOException {
		SocketChannel open = this.channel;
		if (open == null) {
			return false;
		}
		int count = open.read(buffer.clear());
		if (count < 0) {
			close();
			if (this.kept || !this.response.isComplete()) {
				throw new EOFException("The server closed the connection: " + this.response);
			}
			return true;
		}
		this.response.add(buffer.flip());
		return this.kept && this.response.isComplete();
	}

	@Override
	public void close() throws IOException {
		if (this.channel != null) {
			this.channel.close();
			this.channel = null;
		}
	}

	/**
	 * Finds the end of a short response, without making sense of it.
	 */
	static final class ResponseEnd {

		private static final byte[] OK = "HTTP/1.1 200".getBytes(StandardCharsets.US_ASCII);

		private final byte[] bytes = new byte[4096];

		private int count;

		void reset() {
			this.count = 0;
		}

		void add(ByteBuffer input) throws IOException {
			int length = input.remaining();
			if (length > this.bytes.length - this.count) {
				throw new IOException("More than a short response: " + this);
			}
			input.get(this.bytes, this.count, length);
			this.count += length;
		}

		boolean isComplete() throws IOException {
			int head = find("\r\n\r\n", 0, this.count);
			if (head < 0) {
				return false;
			}
			for (int i = 0; i < OK.length; i++) {
				if (this.bytes[i] != OK[i]) {
					throw new IOException("Not answered 200: " + this);
				}
			}
			int length = find("content-length: ", 0, head);
			if (length >= 0) {
				return this.count - head - 4 == number(length + "content-length: ".length());
			}
			return find("0\r\n\r\n", Math.max(head + 2, this.count - 5), this.count) >= 0;
		}

		private int number(int start) {
			int number = 0;
			for (int i = start; this.bytes[i] >= '0' && this.bytes[i] <= '9'; i++) {
				number = number * 10 + this.bytes[i] - '0';
			}
			return number;
		}

		/**
		 * Find a text in lower case, whatever the case of the response.
		 */
		private int find(String text, int from, int to) {
			int last = to - text.length();
			for (int i = from; i <= last; i++) {
				int matching = 0;
				while (matching < text.length() && lower(this.bytes[i + matching]) == text.charAt(matching)) {
					matching++;
				}
				if (matching == text.length()) {
					return i;
				}
			}
			return -1;
		}

		private static int lower(byte character) {
			return (character >= 'A' && character <= 'Z') ? character + 32 : character;
		}

		@Override
		public String toString() {
			return new String(this.bytes, 0, this.count, StandardCharsets.ISO_8859_1);
		}

	}

}
