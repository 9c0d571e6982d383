package dev.hotswap.it.harness;

import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Puts one HTTP/1.1 response (RFC 9112) together from the pieces that arrive. Not thread
 * safe.
 */
final class ResponseParser {

	private static final byte[] END_OF_HEAD = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

	private static final byte[] END_OF_LINE = "\r\n".getBytes(StandardCharsets.US_ASCII);

	private byte[] bytes = new byte[1024];

	private int count;

	private int next;

	private boolean inBody;

	private boolean complete;

	private int status;

	private final Map<String, String> headers = new LinkedHashMap<>();

	private final StringBuilder body = new StringBuilder();

	/**
	 * Take what was read.
	 * @param input the bytes, all of which are consumed
	 * @return whether the response is complete
	 * @throws ProtocolException if this is no response, or goes on after its end
	 */
	boolean feed(ByteBuffer input) throws ProtocolException {
		if (this.bytes.length - this.count < input.remaining()) {
			this.bytes = Arrays.copyOf(this.bytes, (this.count + input.remaining()) * 2);
		}
		int length = input.remaining();
		input.get(this.bytes, this.count, length);
		this.count += length;
		while (!this.inBody && parseHead()) {
			// An interim response (1xx) is followed by another head
		}
		if (this.inBody) {
			parseBody();
		}
		if (this.complete && this.next < this.count) {
			throw new ProtocolException("%d bytes after the response".formatted(this.count - this.next));
		}
		return this.complete;
	}

	/**
	 * The server closed the connection.
	 * @return whether this completes the response
	 */
	boolean feedEnd() {
		if (this.inBody && !this.complete && !isChunked() && !this.headers.containsKey("content-length")) {
			takeBody(this.count);
			this.complete = true;
		}
		return this.complete;
	}

	/**
	 * Whether the server said that it will close the connection after this response.
	 * @return whether it is announced
	 */
	boolean announcesClose() {
		return this.headers.getOrDefault("connection", "").toLowerCase(Locale.ROOT).contains("close");
	}

	Answer answer() {
		return new Answer(this.status, Map.copyOf(this.headers), this.body.toString());
	}

	private boolean parseHead() throws ProtocolException {
		int end = indexOf(END_OF_HEAD);
		if (end < 0) {
			return false;
		}
		String[] lines = new String(this.bytes, this.next, end - this.next, StandardCharsets.ISO_8859_1).split("\r\n");
		this.next = end + END_OF_HEAD.length;
		if (!lines[0].matches("HTTP/1\\.1 \\d{3}( .*)?")) {
			throw new ProtocolException("No status line: " + lines[0]);
		}
		this.status = Integer.parseInt(lines[0].substring(9, 12));
		this.headers.clear();
		for (int i = 1; i < lines.length; i++) {
			String[] header = lines[i].split(":", 2);
			this.headers.put(header[0].toLowerCase(Locale.ROOT), header[1].trim());
		}
		this.inBody = (this.status >= 200);
		return !this.inBody;
	}

	private void parseBody() {
		if (this.complete) {
			return;
		}
		if (this.status == 204 || this.status == 304) {
			this.complete = true;
		}
		else if (isChunked()) {
			while (!this.complete && parseChunk()) {
				// Take every chunk that is there
			}
		}
		else if (this.headers.containsKey("content-length")) {
			int end = this.next + Integer.parseInt(this.headers.get("content-length"));
			if (this.count >= end) {
				takeBody(end);
				this.complete = true;
			}
		}
	}

	private boolean parseChunk() {
		int lineEnd = indexOf(END_OF_LINE);
		if (lineEnd < 0) {
			return false;
		}
		String line = new String(this.bytes, this.next, lineEnd - this.next, StandardCharsets.ISO_8859_1);
		int size = Integer.parseInt(line.split(";")[0].trim(), 16);
		int start = lineEnd + END_OF_LINE.length;
		if (this.count < start + size + END_OF_LINE.length) {
			return false;
		}
		this.next = start;
		takeBody(start + size);
		this.next += END_OF_LINE.length;
		this.complete = (size == 0);
		return true;
	}

	private void takeBody(int end) {
		this.body.append(new String(this.bytes, this.next, end - this.next, StandardCharsets.UTF_8));
		this.next = end;
	}

	private boolean isChunked() {
		return "chunked".equalsIgnoreCase(this.headers.get("transfer-encoding"));
	}

	private int indexOf(byte[] wanted) {
		for (int i = this.next; i <= this.count - wanted.length; i++) {
			if (Arrays.equals(this.bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
				return i;
			}
		}
		return -1;
	}

}
