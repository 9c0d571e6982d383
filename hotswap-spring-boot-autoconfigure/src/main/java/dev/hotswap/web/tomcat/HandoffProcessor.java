package dev.hotswap.web.tomcat;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;

import dev.hotswap.web.ConnectionCounters;
import org.apache.coyote.Adapter;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.buf.MessageBytes;
import org.apache.tomcat.util.http.Method;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * Tomcat's HTTP/1.1 processor, which can announce the end of its connection on the
 * response that is about to be committed.
 * <p>
 * {@code Http11Processor.prepareResponse} is final and keeps its state private. Setting
 * the response's {@code Connection} header before it looks at the headers is what it
 * offers to applications that want the connection to end.
 */
final class HandoffProcessor extends Http11Processor {

	/**
	 * Notes 9 to 16 of a request are for the connector's use, see
	 * {@link Request#setNote(int, Object)}.
	 */
	private static final int NOTE = 9;

	private static final String CONNECTION = "Connection";

	private static final String CLOSE = "close";

	private final ThreadLocal<@Nullable HandoffProcessor> current;

	private final ConnectionCounters counters;

	private final BooleanSupplier watch;

	HandoffProcessor(HandoffNioProtocol protocol, Adapter adapter, ThreadLocal<@Nullable HandoffProcessor> current,
			ConnectionCounters counters, BooleanSupplier watch) {
		super(protocol, adapter);
		this.current = current;
		this.counters = counters;
		this.watch = watch;
		this.request.setNote(NOTE, this);
	}

	/**
	 * The processor of an HTTP/1.1 request.
	 * @param request the request
	 * @return the processor, or {@code null} for a request of another protocol
	 */
	static @Nullable HandoffProcessor of(Request request) {
		return (HandoffProcessor) request.getNote(NOTE);
	}

	@Override
	public SocketState process(SocketWrapperBase<?> socketWrapper, SocketEvent status) throws IOException {
		HandoffProcessor outer = this.current.get();
		this.current.set(this);
		HandoffSocketWrapper watched = this.watch.getAsBoolean() ? (HandoffSocketWrapper) socketWrapper : null;
		if (watched != null) {
			watched.setRunning(this);
		}
		try {
			return super.process(socketWrapper, status);
		}
		finally {
			this.current.set(outer);
			if (watched != null) {
				watched.setRunning(null);
			}
		}
	}

	/**
	 * Whether the connection is a process's to itself.
	 * @return whether no client has it
	 */
	boolean isForWarmUp() {
		return getSocketWrapper() instanceof HandoffSocketWrapper connection && connection.isWarmUp();
	}

	/**
	 * When the request has started, as far as another thread can see.
	 * @return the start in {@link System#nanoTime()}, or -1 if there is no request
	 */
	long requestStart() {
		return this.request.getStartTimeNanos();
	}

	/**
	 * Describe a request, from another thread.
	 * @param start when it started
	 * @return the description, or {@code null} if the processor has gone on to another
	 */
	@Nullable String describeRequest(long start) {
		String method = this.request.getMethod();
		String path = this.request.requestURI().toString();
		if (method == null || path == null || requestStart() != start) {
			return null;
		}
		return method + " " + path + ", for " + Duration.ofNanos(System.nanoTime() - start).toMillis() + " ms";
	}

	/**
	 * Whether the connection rests between two requests. A processor stays with its
	 * connection after sending a file, too.
	 * @return whether no request has started
	 */
	boolean isResting() {
		return !isAsync() && !isUpgrade() && this.request.getStartTimeNanos() == -1 && getLeftoverInput() == null;
	}

	/**
	 * Announce the end of the connection, unless the response is an interim one or the
	 * next request has already been received, whose response will announce it.
	 */
	void announceEnd() {
		Response response = this.response;
		if (response.isCommitted() || response.getStatus() < 200 || hasClose(response)) {
			return;
		}
		boolean pipelined = isRequestBodyFullyRead() && getLeftoverInput() != null;
		if (!pipelined) {
			response.getMimeHeaders().setValue(CONNECTION).setString(CLOSE);
			this.counters.addAnnounced();
		}
	}

	/**
	 * Announce the end of the connection on a response with a body. Tomcat delimits a
	 * body of unknown length by the end of the connection where the header is set, which
	 * hides a truncation from the client; trailer fields, even none, keep it chunked.
	 */
	void announceEndWithBody() {
		announceEnd();
		Response response = this.response;
		if (hasClose(response) && response.getContentLengthLong() == -1 && response.getTrailerFields() == null
				&& isTrailerFieldsSupported() && !Method.HEAD.equals(this.request.getMethod())) {
			response.setTrailerFields(Map::of);
		}
	}

	private static boolean hasClose(Response response) {
		MessageBytes connection = response.getMimeHeaders().getValue(CONNECTION);
		return connection != null && connection.equalsIgnoreCase(CLOSE);
	}

}
