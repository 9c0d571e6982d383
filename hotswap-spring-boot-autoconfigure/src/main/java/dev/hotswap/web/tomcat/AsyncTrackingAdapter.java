package dev.hotswap.web.tomcat;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import org.apache.catalina.connector.CoyoteAdapter;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Adapter;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.tomcat.util.net.SocketEvent;
import org.jspecify.annotations.Nullable;

/**
 * Tomcat's way into the container, which knows the asynchronous requests, whatever the
 * protocol, and has some of all requests recorded. Synchronous ones cost a look at a few
 * fields.
 */
final class AsyncTrackingAdapter implements Adapter {

	/**
	 * See {@link Request#setNote(int, Object)}. Used while the request is asynchronous.
	 */
	private static final int NOTE = 10;

	private final Adapter delegate;

	private final HandoffNioEndpoint endpoint;

	private final Set<AsyncExchange> exchanges = ConcurrentHashMap.newKeySet();

	AsyncTrackingAdapter(Adapter delegate, HandoffNioEndpoint endpoint) {
		this.delegate = delegate;
		this.endpoint = endpoint;
	}

	/**
	 * The event streams that have not been ended.
	 * @return the streams of this moment
	 */
	Stream<AsyncExchange> openEventStreams() {
		return this.exchanges.stream().filter(AsyncExchange::isOpenEventStream);
	}

	@Override
	public void service(Request request, Response response) throws Exception {
		HandoffProcessor processor = HandoffProcessor.of(request);
		if (processor != null && processor.isForWarmUp()) {
			this.endpoint.warmUpAttributes().forEach((name) -> request.setAttribute(name, Boolean.TRUE));
		}
		this.delegate.service(request, response);
		if (isAsync(request)) {
			// It cannot be over before this thread has left the processor
			AsyncExchange exchange = new AsyncExchange(() -> request.action(ActionCode.ASYNC_COMPLETE, null), response);
			request.setNote(NOTE, exchange);
			this.exchanges.add(exchange);
		}
		else {
			recordSome(request, response);
		}
	}

	@Override
	public boolean asyncDispatch(Request request, Response response, SocketEvent status) throws Exception {
		AsyncExchange exchange = (AsyncExchange) request.getNote(NOTE);
		if (exchange == null) {
			return this.delegate.asyncDispatch(request, response, status);
		}
		exchange.setDispatching(true);
		boolean successful = false;
		try {
			successful = this.delegate.asyncDispatch(request, response, status);
			return successful;
		}
		finally {
			if (successful && isAsync(request)) {
				exchange.setDispatching(false);
			}
			else {
				close(request, exchange);
			}
			if (successful && !isAsync(request)) {
				recordSome(request, response);
			}
		}
	}

	private void recordSome(Request request, Response response) {
		if (this.endpoint.isRecording(request.getStartTimeNanos())) {
			this.endpoint.record(request, response);
		}
	}

	private static boolean isAsync(Request request) {
		Object servletRequest = request.getNote(CoyoteAdapter.ADAPTER_NOTES);
		return servletRequest instanceof org.apache.catalina.connector.Request catalina && catalina.isAsync();
	}

	private void close(Request request, @Nullable AsyncExchange exchange) {
		if (exchange != null) {
			request.setNote(NOTE, null);
			this.exchanges.remove(exchange);
			exchange.close();
		}
	}

	@Override
	public void checkRecycled(Request request, Response response) {
		close(request, (AsyncExchange) request.getNote(NOTE));
		this.delegate.checkRecycled(request, response);
	}

	@Override
	public boolean prepare(Request request, Response response) throws Exception {
		return this.delegate.prepare(request, response);
	}

	@Override
	public void log(Request request, Response response, long time) {
		this.delegate.log(request, response, time);
	}

	@Override
	public String getDomain() {
		return this.delegate.getDomain();
	}

}
