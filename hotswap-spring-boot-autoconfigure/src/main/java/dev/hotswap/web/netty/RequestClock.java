package dev.hotswap.web.netty;

import java.time.Duration;

import io.netty.handler.codec.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/**
 * How long a connection's request takes. Written by the connection's event loop, read by
 * any thread.
 */
final class RequestClock {

	private final boolean running;

	private volatile @Nullable Started request;

	private @Nullable Started described;

	/**
	 * Create a clock.
	 * @param running whether anybody wants to know
	 */
	RequestClock(boolean running) {
		this.running = running;
	}

	void start(long now, HttpRequest request) {
		if (this.running) {
			this.request = new Started(now, request.method().name(), request.uri());
		}
	}

	void stop() {
		if (this.running) {
			this.request = null;
		}
	}

	/**
	 * Describe the request in progress, once, if it is an old one. One thread at a time.
	 * @param latest the latest start of an old request, in {@link System#nanoTime()}
	 * @return the description, or {@code null}
	 */
	@Nullable String describe(long latest) {
		Started request = this.request;
		if (request == null || request.start() - latest > 0 || request == this.described) {
			return null;
		}
		this.described = request;
		String path = request.uri().split("\\?", 2)[0];
		return request.method() + " " + path + ", for "
				+ Duration.ofNanos(System.nanoTime() - request.start()).toMillis() + " ms";
	}

	private record Started(long start, String method, String uri) {

	}

}
