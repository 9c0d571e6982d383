package dev.hotswap.warmup;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;

/**
 * Reads responses of HTTP/1.1 (RFC 9112) and throws their bodies away. The standard
 * library's client cannot be given a connection.
 */
final class ResponseReader {

	private static final int MAX_LINE = 16 * 1024;

	private static final int MAX_LINES = 200;

	/** Of a body; more is no request to warm up with. */
	private static final long MAX_BODY = 8 * 1024 * 1024;

	private static final int NO_CONTENT = 204;

	private static final int NOT_MODIFIED = 304;

	private final InputStream input;

	private final Cookies cookies;

	private final long deadline;

	private final byte[] sink = new byte[8192];

	private long body;

	private boolean chunked;

	private long length;

	private boolean close;

	ResponseReader(InputStream input, Cookies cookies, long deadline) {
		this.input = input;
		this.cookies = cookies;
		this.deadline = deadline;
	}

	/**
	 * Read one response, after all interim ones.
	 * @param head whether it answers a {@code HEAD}
	 * @return the response
	 * @throws IOException if it is malformed, too large or late
	 */
	Response read(boolean head) throws IOException {
		int status = readHead();
		while (status < 200) {
			if (status == 101) {
				throw new IOException("The server changes the protocol");
			}
			status = readHead();
		}
		if (!head && status != NO_CONTENT && status != NOT_MODIFIED) {
			readBody();
		}
		return new Response(status, !this.close);
	}

	private int readHead() throws IOException {
		String line = readLine();
		if (!line.matches("HTTP/1\\.[01] [1-9][0-9]{2}( .*)?")) {
			throw new IOException("No response of HTTP/1.1");
		}
		this.chunked = false;
		this.length = -1;
		this.close = line.startsWith("HTTP/1.0");
		int status = Integer.parseInt(line.substring(9, 12));
		for (int i = 0; i < MAX_LINES; i++) {
			line = readLine();
			if (line.isEmpty()) {
				return status;
			}
			noteHeader(line);
		}
		throw new IOException("Too many headers");
	}

	private void noteHeader(String line) throws IOException {
		int colon = line.indexOf(':');
		String name = (colon > 0) ? line.substring(0, colon).toLowerCase(Locale.ROOT) : "";
		String value = line.substring(colon + 1).trim();
		switch (name) {
			case "transfer-encoding" -> this.chunked = value.toLowerCase(Locale.ROOT).endsWith("chunked");
			case "content-length" -> this.length = number(value, 10);
			case "set-cookie" -> this.cookies.set(value);
			case "connection" -> this.close |= value.toLowerCase(Locale.ROOT).contains("close");
			default -> {
				// Of no matter here
			}
		}
	}

	private void readBody() throws IOException {
		if (this.chunked) {
			readChunks();
		}
		else if (this.length >= 0) {
			skip(this.length);
		}
		else {
			this.close = true;
			while (readSome(this.sink.length) >= 0) {
				checkBounds();
			}
		}
	}

	private void readChunks() throws IOException {
		while (true) {
			String line = readLine();
			int end = line.indexOf(';');
			long size = number(((end >= 0) ? line.substring(0, end) : line).trim(), 16);
			if (size == 0) {
				break;
			}
			skip(size);
			readLine();
		}
		for (int i = 0; i < MAX_LINES && !readLine().isEmpty(); i++) {
			// Trailer fields
			checkBounds();
		}
	}

	private static long number(String text, int radix) throws IOException {
		try {
			long number = Long.parseLong(text, radix);
			if (number >= 0) {
				return number;
			}
		}
		catch (NumberFormatException ex) {
			// Said below
		}
		throw new IOException("A malformed length");
	}

	private void skip(long count) throws IOException {
		long left = count;
		while (left > 0) {
			int read = readSome((int) Math.min(left, this.sink.length));
			if (read < 0) {
				throw new EOFException("The connection ended within a response");
			}
			left -= read;
			checkBounds();
		}
	}

	private int readSome(int max) throws IOException {
		int read = this.input.read(this.sink, 0, max);
		this.body += Math.max(0, read);
		return read;
	}

	private String readLine() throws IOException {
		StringBuilder line = new StringBuilder();
		for (int each = this.input.read(); each != '\n'; each = this.input.read()) {
			if (each < 0) {
				throw new EOFException("The connection ended before a response");
			}
			if (line.length() == MAX_LINE) {
				throw new IOException("A line that is too long");
			}
			line.append((char) each);
		}
		checkBounds();
		int length = line.length();
		return (length > 0 && line.charAt(length - 1) == '\r') ? line.substring(0, length - 1) : line.toString();
	}

	private void checkBounds() throws IOException {
		if (this.body > MAX_BODY) {
			throw new IOException("A response that is too large");
		}
		if (System.nanoTime() - this.deadline >= 0) {
			throw new IOException("A response that takes too long");
		}
	}

	/**
	 * A response.
	 *
	 * @param status its status
	 * @param kept whether the connection goes on
	 */
	record Response(int status, boolean kept) {

	}

}
