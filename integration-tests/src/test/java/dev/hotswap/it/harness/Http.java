package dev.hotswap.it.harness;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * A blocking connection to 127.0.0.1 for single requests. Nothing is repeated and nothing
 * pooled, so that a test knows which connection it uses.
 */
public final class Http implements AutoCloseable {

	private final Socket socket = new Socket();

	private final int port;

	private @Nullable InputStream input;

	/**
	 * Connect.
	 * @param port the port on 127.0.0.1
	 * @param timeout for connecting and for each read
	 * @throws IOException if the connection is not made in time
	 */
	public Http(int port, Duration timeout) throws IOException {
		this.port = port;
		try {
			this.socket.setTcpNoDelay(true);
			this.socket.setSoTimeout((int) timeout.toMillis());
			this.socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
					(int) timeout.toMillis());
		}
		catch (IOException ex) {
			this.socket.close();
			throw ex;
		}
	}

	/**
	 * Ask once on a new connection.
	 * @param port the port on 127.0.0.1
	 * @param method such as {@code GET}
	 * @param path with the query
	 * @return the answer
	 * @throws IOException if there is none within 10 seconds
	 */
	public static Answer once(int port, String method, String path) throws IOException {
		try (Http http = new Http(port, Duration.ofSeconds(10))) {
			http.send(http.head(method, path, "Connection: close", "Content-Length: 0"));
			return http.receive();
		}
	}

	/**
	 * Ask on this connection, and keep it.
	 * @param path with the query
	 * @return the answer
	 * @throws IOException if there is none in time
	 */
	public Answer get(String path) throws IOException {
		send(head("GET", path));
		return receive();
	}

	public String head(String method, String path, String... headers) {
		StringBuilder head = new StringBuilder(
				"%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n".formatted(method, path, this.port));
		for (String header : headers) {
			head.append(header).append("\r\n");
		}
		return head.append("\r\n").toString();
	}

	public void send(String text) throws IOException {
		send(text.getBytes(StandardCharsets.ISO_8859_1));
	}

	public void send(byte[] bytes) throws IOException {
		OutputStream output = this.socket.getOutputStream();
		output.write(bytes);
		output.flush();
	}

	/**
	 * Wait for the response to what was sent.
	 * @return the answer
	 * @throws EOFException if the server closes the connection before the answer's end
	 * @throws IOException if the connection is reset, or silent for too long
	 */
	public Answer receive() throws IOException {
		return receive(8192);
	}

	/**
	 * Wait for the first of several responses, and leave the others for later.
	 * @return the answer
	 * @throws EOFException if the server closes the connection before the answer's end
	 * @throws IOException if the connection is reset, or silent for too long
	 */
	public Answer receiveFirst() throws IOException {
		return receive(1);
	}

	private Answer receive(int bytesAtOnce) throws IOException {
		ResponseParser parser = new ResponseParser();
		InputStream input = input();
		byte[] buffer = new byte[bytesAtOnce];
		while (true) {
			int count = input.read(buffer);
			if (count < 0 && !parser.feedEnd()) {
				throw new EOFException("Closed before the answer was complete");
			}
			if (count < 0 || parser.feed(ByteBuffer.wrap(buffer, 0, count))) {
				return parser.answer();
			}
		}
	}

	/**
	 * Wait until a response begins, and leave it for later.
	 * @throws EOFException if the server closes the connection instead
	 * @throws IOException if the connection is reset, or silent for too long
	 */
	public void awaitResponse() throws IOException {
		InputStream input = input();
		input.mark(1);
		if (input.read() < 0) {
			throw new EOFException("Closed before a response began");
		}
		input.reset();
	}

	/**
	 * Wait until the server closes the connection.
	 * @return all that came until then
	 * @throws IOException if the connection is reset, or silent for too long
	 */
	public String receiveAll() throws IOException {
		return new String(input().readAllBytes(), StandardCharsets.ISO_8859_1);
	}

	private InputStream input() throws IOException {
		if (this.input == null) {
			this.input = new BufferedInputStream(this.socket.getInputStream());
		}
		return this.input;
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

}
