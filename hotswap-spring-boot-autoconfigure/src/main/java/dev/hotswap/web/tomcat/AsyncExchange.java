package dev.hotswap.web.tomcat;

import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;

import org.apache.coyote.Response;

/**
 * An asynchronous request, which another thread can complete. Tomcat uses the request's
 * objects again for the next one, so that a call for one that has just ended would hit a
 * stranger. Hence a lock, which the container's thread takes before each dispatch; only
 * dispatches end an asynchronous request.
 */
final class AsyncExchange {

	private static final String EVENT_STREAM = "text/event-stream";

	private final ReentrantLock lock = new ReentrantLock();

	private final Runnable completion;

	private final Response response;

	private boolean dispatching;

	private volatile boolean ended;

	/**
	 * Create an exchange.
	 * @param completion completes the request
	 * @param response the response
	 */
	AsyncExchange(Runnable completion, Response response) {
		this.completion = completion;
		this.response = response;
	}

	/**
	 * The container's thread begins with a dispatch or has done it. Not a critical
	 * section: the application is called in between, and it may wait for others.
	 * @param dispatching whether it begins
	 */
	void setDispatching(boolean dispatching) {
		this.lock.lock();
		try {
			this.dispatching = dispatching;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Whether this is an event stream that goes on until somebody ends it. Its client
	 * connects again by itself (HTML Living Standard, 9.2), which can be said of no other
	 * media type. Applications set the type before or after they start to be
	 * asynchronous.
	 * @return whether it is one that was not {@linkplain #end() ended}
	 */
	boolean isOpenEventStream() {
		if (this.ended) {
			return false;
		}
		String type = this.response.getContentType();
		return type != null && type.toLowerCase(Locale.ROOT).startsWith(EVENT_STREAM);
	}

	/**
	 * Complete the request, as {@link jakarta.servlet.AsyncContext#complete()} does: the
	 * container tells the application's listeners and finishes the response on a thread
	 * of its own. Spring MVC keeps the application from writing from then on. An
	 * application that uses the Servlet API itself learns of it by
	 * {@link jakarta.servlet.AsyncListener#onComplete}, as with a time-out.
	 * @return whether this call has ended an event stream
	 */
	boolean end() {
		this.lock.lock();
		try {
			if (this.dispatching || !isOpenEventStream()) {
				return false;
			}
			this.ended = true;
			this.completion.run();
			return true;
		}
		catch (IllegalStateException ex) {
			// The application has completed or dispatched it
			return false;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * The request is over.
	 */
	void close() {
		this.ended = true;
	}

}
