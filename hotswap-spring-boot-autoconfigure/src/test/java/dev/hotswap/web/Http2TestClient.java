package dev.hotswap.web;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import javax.net.ssl.SSLSocket;

/**
 * An HTTP/2 client (RFC 9113) on a socket, with prior knowledge, that shows each frame.
 * The JDK's own fails requests in flight on a GOAWAY.
 */
public final class Http2TestClient implements AutoCloseable {

	public static final int DATA = 0;

	public static final int HEADERS = 1;

	private static final int SETTINGS = 4;

	private static final int PING = 6;

	public static final int GOAWAY = 7;

	private static final int END_STREAM = 1;

	private static final int ACK = 1;

	private static final int END_HEADERS = 4;

	private final Socket socket;

	private final DataInputStream in;

	private int lastStream = -1;

	public Http2TestClient(InetSocketAddress address) throws IOException {
		this(new Socket(address.getAddress(), address.getPort()));
	}

	public Http2TestClient(Socket socket) throws IOException {
		this.socket = socket;
		this.socket.setSoTimeout(20_000);
		this.in = new DataInputStream(this.socket.getInputStream());
		this.socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
		send(SETTINGS, 0, 0, new byte[0]);
	}

	/**
	 * Send a request without a body.
	 * @param path the path
	 * @return the stream
	 */
	public int request(String path) throws IOException {
		ByteArrayOutputStream block = new ByteArrayOutputStream();
		// Indexes of RFC 7541's static table: GET, http or https, :path and :authority
		block.write(0x82);
		block.write((this.socket instanceof SSLSocket) ? 0x87 : 0x86);
		literal(block, 4, path);
		literal(block, 1, "localhost");
		this.lastStream += 2;
		send(HEADERS, END_STREAM | END_HEADERS, this.lastStream, block.toByteArray());
		return this.lastStream;
	}

	private static void literal(ByteArrayOutputStream block, int index, String value) throws IOException {
		block.write(index);
		block.write(value.length());
		block.write(value.getBytes(StandardCharsets.ISO_8859_1));
	}

	private void send(int type, int flags, int stream, byte[] payload) throws IOException {
		ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
		frame.put((byte) 0).putShort((short) payload.length).put((byte) type).put((byte) flags).putInt(stream);
		this.socket.getOutputStream().write(frame.put(payload).array());
	}

	/**
	 * The next frame that is neither SETTINGS nor PING nor WINDOW_UPDATE.
	 * @return the frame
	 * @throws EOFException at the connection's end
	 */
	public Frame read() throws IOException {
		while (true) {
			int length = this.in.readUnsignedByte() << 16 | this.in.readUnsignedShort();
			int type = this.in.readUnsignedByte();
			int flags = this.in.readUnsignedByte();
			int stream = this.in.readInt();
			byte[] payload = this.in.readNBytes(length);
			if ((type == SETTINGS || type == PING) && (flags & ACK) == 0) {
				send(type, ACK, 0, (type == PING) ? payload : new byte[0]);
			}
			if (type == DATA || type == HEADERS || type == GOAWAY) {
				return new Frame(type, (flags & END_STREAM) != 0, stream, payload);
			}
		}
	}

	/**
	 * All frames up to the end of a stream.
	 */
	public List<Frame> readStream(int stream) throws IOException {
		List<Frame> frames = new ArrayList<>();
		do {
			frames.add(read());
		}
		while (!frames.get(frames.size() - 1).ends(stream));
		return frames;
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

	public record Frame(int type, boolean last, int stream, byte[] payload) {

		public boolean ends(int stream) {
			return this.last && this.stream == stream && this.type != GOAWAY;
		}

		public String text() {
			return new String(this.payload, StandardCharsets.ISO_8859_1);
		}

		/**
		 * Of a GOAWAY: the last stream that was, or will be, processed.
		 */
		public int lastStream() {
			return ByteBuffer.wrap(this.payload).getInt();
		}

	}

}
