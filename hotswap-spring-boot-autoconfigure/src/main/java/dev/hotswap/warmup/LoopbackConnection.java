package dev.hotswap.warmup;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.hotswap.WarmUp;
import dev.hotswap.descriptor.LoopbackPair;
import dev.hotswap.web.HandoffConnector;

/**
 * A connection of this process to one of its connectors, whose gate may be closed: the
 * server's side is adopted. Speaks HTTP/1.1, one request at a time. For one thread.
 */
final class LoopbackConnection implements AutoCloseable {

	private final Socket socket;

	private final BufferedInputStream input;

	private boolean kept;

	private final String mark;

	private final Cookies cookies;

	private LoopbackConnection(Socket socket, String mark, Cookies cookies) throws IOException {
		this.socket = socket;
		this.mark = mark;
		this.cookies = cookies;
		this.input = new BufferedInputStream(socket.getInputStream());
	}

	/**
	 * Connect to a connector. An encrypted one is spoken to in TLS and told the host's
	 * name, by which it may choose a certificate and refuse requests to other hosts;
	 * whatever certificate it shows is accepted, since it is known who it is.
	 * @param connector the connector
	 * @param host the host of its requests, as in {@code Host}
	 * @param mark the value of the warm-up's header
	 * @param cookies are sent, and set by responses
	 * @return the connection
	 * @throws IOException if the connector cannot adopt connections, or this process
	 * cannot give it one
	 */
	static LoopbackConnection open(HandoffConnector connector, String host, String mark, Cookies cookies)
			throws IOException {
		LoopbackPair pair = LoopbackPair.connect();
		Socket socket = pair.client();
		try {
			connector.adoptForWarmUp(pair.server());
			return new LoopbackConnection(
					connector.scheme().equals("https")
							? LoopbackEncryption.encrypt(socket, host, connector.address().getPort()) : socket,
					mark, cookies);
		}
		catch (IOException | RuntimeException ex) {
			socket.close();
			throw ex;
		}
	}

	/**
	 * Send a request and read its response.
	 * @param request the request
	 * @param deadline until when the response must be complete, in
	 * {@link System#nanoTime()}
	 * @return the status, and whether the connection can be used again
	 * @throws IOException if there is no response, or none that ends
	 */
	ResponseReader.Response exchange(WarmUpRequest request, long deadline) throws IOException {
		StringBuilder text = new StringBuilder(256);
		text.append(request.method()).append(' ').append(request.target()).append(" HTTP/1.1\r\n");
		if (!request.headers().containsKey("Host")) {
			text.append("Host: ").append(request.host()).append("\r\n");
		}
		for (Map.Entry<String, String> header : request.headers().entrySet()) {
			text.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
		}
		String cookies = this.cookies.header();
		if (!cookies.isEmpty()) {
			text.append("Cookie: ").append(cookies).append("\r\n");
		}
		text.append(WarmUp.HEADER).append(": ").append(this.mark).append("\r\n\r\n");
		long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
		this.socket.setSoTimeout((int) Math.max(1, left));
		this.socket.getOutputStream().write(text.toString().getBytes(StandardCharsets.ISO_8859_1));
		this.socket.getOutputStream().flush();
		ResponseReader.Response response = new ResponseReader(this.input, this.cookies, deadline)
			.read(request.method().equals("HEAD"));
		this.kept = response.kept();
		return response;
	}

	/**
	 * Whether there was a response, and the connection is kept. The server may end it at
	 * any time then, which says nothing about the next request; see RFC 9112, 9.3.1.
	 * @return whether it is kept
	 */
	boolean isKept() {
		return this.kept;
	}

	@Override
	public void close() {
		try {
			this.socket.close();
		}
		catch (IOException ex) {
			// It is gone either way
		}
	}

}
