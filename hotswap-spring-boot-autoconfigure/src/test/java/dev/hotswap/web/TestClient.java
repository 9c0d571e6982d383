package dev.hotswap.web;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * An HTTP/1.1 client on a plain socket, which sees what the kernel sees: an end of the
 * stream or a reset.
 */
public final class TestClient implements AutoCloseable {

	private static final int TIMEOUT = 20_000;

	private final Socket socket;

	private final InputStream in;

	public TestClient(InetSocketAddress address) throws IOException {
		this(connect(address));
	}

	public TestClient(Socket socket) throws IOException {
		this.socket = socket;
		this.socket.setSoTimeout(TIMEOUT);
		this.socket.setTcpNoDelay(true);
		this.in = new BufferedInputStream(socket.getInputStream());
	}

	private static Socket connect(InetSocketAddress address) throws IOException {
		Socket socket = new Socket();
		socket.connect(address, TIMEOUT);
		return socket;
	}

	public Response get(String path) throws IOException {
		request(path);
		return read();
	}

	public void request(String path) throws IOException {
		send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
	}

	public void send(String text) throws IOException {
		this.socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
	}

	public Response read() throws IOException {
		String status = line();
		Map<String, String> headers = new TreeMap<>();
		for (String line = line(); !line.isEmpty(); line = line()) {
			int colon = line.indexOf(':');
			headers.merge(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).trim(),
					(first, second) -> first + ", " + second);
		}
		int code = Integer.parseInt(status.substring(9, 12));
		return new Response(code, headers, body(code, headers));
	}

	private String body(int status, Map<String, String> headers) throws IOException {
		if (status == 204 || status == 304) {
			return "";
		}
		if (headers.containsKey("content-length")) {
			return text(this.in.readNBytes(Integer.parseInt(headers.get("content-length"))));
		}
		if ("chunked".equals(headers.get("transfer-encoding"))) {
			ByteArrayOutputStream body = new ByteArrayOutputStream();
			for (int size = chunkSize(); size > 0; size = chunkSize()) {
				body.write(this.in.readNBytes(size));
				line();
			}
			line();
			return text(body.toByteArray());
		}
		return text(this.in.readAllBytes());
	}

	private int chunkSize() throws IOException {
		return Integer.parseInt(line(), 16);
	}

	private String line() throws IOException {
		ByteArrayOutputStream line = new ByteArrayOutputStream();
		for (int b = this.in.read(); b != '\n'; b = this.in.read()) {
			if (b < 0) {
				throw new EOFException("End of stream after '" + text(line.toByteArray()) + "'");
			}
			if (b != '\r') {
				line.write(b);
			}
		}
		return text(line.toByteArray());
	}

	private static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.ISO_8859_1);
	}

	/**
	 * Read to the end of the stream. A reset throws.
	 */
	public String readToEnd() throws IOException {
		return text(this.in.readAllBytes());
	}

	/**
	 * Whether nothing comes, not even the end of the stream, for some time.
	 */
	public boolean isSilentFor(Duration duration) throws IOException {
		this.in.mark(1);
		this.socket.setSoTimeout((int) duration.toMillis());
		try {
			this.in.read();
			this.in.reset();
			return false;
		}
		catch (SocketTimeoutException ex) {
			return true;
		}
		finally {
			this.socket.setSoTimeout(TIMEOUT);
		}
	}

	public String in(int bytes) throws IOException {
		return text(this.in.readNBytes(bytes));
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

	public record Response(int status, Map<String, String> headers, String body) {

		public boolean announcesEnd() {
			return "close".equals(this.headers.get("connection"));
		}

	}

}
