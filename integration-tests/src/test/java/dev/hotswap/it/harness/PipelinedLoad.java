package dev.hotswap.it.harness;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Clients that send two requests with every write, on kept connections and a fixed
 * schedule, and never connect again: a connection that ends is a failure.
 */
public final class PipelinedLoad implements AutoCloseable {

	private static final int THREADS = 10;

	private static final int TIMEOUT_MILLIS = 30_000;

	private static final int PERIOD_MILLIS = 20;

	private static final byte[] TWO_REQUESTS = "GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".repeat(2)
		.getBytes(StandardCharsets.US_ASCII);

	private static final String END_OF_HEAD = "\r\n\r\n";

	private static final String LAST_CHUNK = "\r\n0\r\n\r\n";

	private static final Pattern CONTENT_LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)\r\n");

	private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(THREADS);

	private final List<Socket> connections = new ArrayList<>();

	private final AtomicLong answered = new AtomicLong();

	private final AtomicLong not200 = new AtomicLong();

	private final Set<Long> pids = ConcurrentHashMap.newKeySet();

	private final Queue<String> failures = new ConcurrentLinkedQueue<>();

	private PipelinedLoad() {
	}

	/**
	 * Start 1,000 requests a second.
	 * @param port the port on 127.0.0.1
	 * @param connections how many connections, a multiple of ten
	 * @return the load
	 * @throws IOException if a connection is not made
	 */
	public static PipelinedLoad on(int port, int connections) throws IOException {
		PipelinedLoad load = new PipelinedLoad();
		for (int i = 0; i < connections; i++) {
			Socket connection = new Socket(InetAddress.getLoopbackAddress(), port);
			connection.setTcpNoDelay(true);
			connection.setSoTimeout(TIMEOUT_MILLIS);
			load.connections.add(connection);
		}
		for (int thread = 0; thread < THREADS; thread++) {
			List<Socket> own = load.connections.subList(thread * connections / THREADS,
					(thread + 1) * connections / THREADS);
			AtomicLong turn = new AtomicLong();
			load.threads.scheduleAtFixedRate(() -> load.ask(own.get((int) (turn.getAndIncrement() % own.size()))),
					thread, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
		}
		return load;
	}

	private void ask(Socket connection) {
		try {
			connection.getOutputStream().write(TWO_REQUESTS);
			StringBuilder received = new StringBuilder();
			for (int i = 0; i < 2; i++) {
				Answer answer = receive(connection, received);
				this.answered.incrementAndGet();
				if (answer.status() != 200) {
					this.not200.incrementAndGet();
				}
				this.pids.add(answer.pid());
			}
		}
		catch (IOException | RuntimeException ex) {
			this.failures.add(ex.toString());
		}
	}

	/** Reads one response, and leaves in the buffer what comes behind it. */
	private static Answer receive(Socket connection, StringBuilder received) throws IOException {
		byte[] buffer = new byte[8192];
		int end = endOfResponse(received);
		while (end < 0) {
			int count = connection.getInputStream().read(buffer);
			if (count < 0) {
				throw new EOFException("Closed before the answer was complete");
			}
			received.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
			end = endOfResponse(received);
		}
		ResponseParser parser = new ResponseParser();
		parser.feed(ByteBuffer.wrap(received.substring(0, end).getBytes(StandardCharsets.ISO_8859_1)));
		received.delete(0, end);
		return parser.answer();
	}

	private static int endOfResponse(StringBuilder received) {
		int body = received.indexOf(END_OF_HEAD) + END_OF_HEAD.length();
		if (body < END_OF_HEAD.length()) {
			return -1;
		}
		Matcher length = CONTENT_LENGTH.matcher(received).region(0, body);
		if (length.find()) {
			int end = body + Integer.parseInt(length.group(1));
			return (end <= received.length()) ? end : -1;
		}
		int last = received.indexOf(LAST_CHUNK, body);
		return (last >= 0) ? last + LAST_CHUNK.length() : -1;
	}

	/**
	 * Send nothing more, and wait for what is on its way.
	 * @return what was seen
	 * @throws InterruptedException if interrupted while waiting
	 */
	public Report stop() throws InterruptedException {
		this.threads.shutdown();
		if (!this.threads.awaitTermination(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)) {
			this.failures.add("no answer in time");
		}
		return new Report(this.connections.size(), this.answered.get(), this.not200.get(), Set.copyOf(this.pids),
				List.copyOf(this.failures));
	}

	@Override
	public void close() throws IOException {
		this.threads.shutdownNow();
		for (Socket connection : this.connections) {
			connection.close();
		}
	}

	/**
	 * What the clients saw.
	 *
	 * @param connects connections made
	 * @param answered answers received
	 * @param not200 answers with another status than 200
	 * @param pids the processes that answered
	 * @param failures what failed
	 */
	public record Report(int connects, long answered, long not200, Set<Long> pids, List<String> failures) {

	}

}
