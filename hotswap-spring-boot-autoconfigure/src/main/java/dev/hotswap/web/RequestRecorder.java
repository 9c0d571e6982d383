package dev.hotswap.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

import dev.hotswap.WarmUp;
import org.jspecify.annotations.Nullable;

/**
 * A small sample of the requests that this process has served, by kind and frequency, for
 * its successor to warm up with. Of at most a hundred requests a second more is known
 * than when they began, so that the others cost a look at one field. Thread-safe.
 */
public final class RequestRecorder {

	/** A burst of {@link #BURST} divided by this is looked at in any case. */
	private static final long INTERVAL = Duration.ofMillis(10).toNanos();

	private static final long BURST = Duration.ofSeconds(1).toNanos();

	/** Longer ones are streams, or too much to do again. */
	private static final long MAX_DURATION = Duration.ofSeconds(1).toNanos();

	private static final int MAX_KINDS = 64;

	/** What the whole sample may take, so that it fits into a frame with much else. */
	private static final int MAX_SIZE = 64 * 1024;

	private static final int MAX_INHERITED = 100;

	/** After so many, what was seen long ago counts half. */
	private static final int HALF_LIFE = 2000;

	private final boolean enabled;

	private final AtomicLong next = new AtomicLong(System.nanoTime() - BURST);

	private final Map<Kind, RecordedRequest> kinds = new HashMap<>();

	private int recorded;

	/**
	 * Create a recorder.
	 * @param enabled whether it records anything
	 */
	public RequestRecorder(boolean enabled) {
		this.enabled = enabled;
	}

	/**
	 * Begin with the sample of the process that this one succeeds, so that its own
	 * successor can warm up however soon it comes. It counts as much as a second of this
	 * process's own requests, since this one may know others.
	 * @param sample the requests
	 */
	public synchronized void inherit(List<RecordedRequest> sample) {
		if (this.enabled) {
			int total = sample.stream().mapToInt(RecordedRequest::weight).sum();
			sample.stream().limit(MAX_KINDS).forEach((request) -> {
				int share = Math.max(1, (int) (request.weight() * (double) MAX_INHERITED / total));
				this.kinds.put(Kind.of(request), request.withWeight(Math.min(request.weight(), share)));
			});
		}
	}

	/**
	 * Whether this request is one of the sample. Asked for each request, of which most
	 * are not.
	 * @param start when it began, in {@link System#nanoTime()}
	 * @return whether to look at it more closely
	 */
	public boolean takes(long start) {
		if (!this.enabled) {
			return false;
		}
		long next = this.next.get();
		return start - next >= 0 && this.next.compareAndSet(next, next + INTERVAL + Math.max(0, start - next - BURST));
	}

	/**
	 * Keep what may be kept of a request.
	 * @param connector the connector's name
	 * @param method its method
	 * @param target its target as it was sent, with the query
	 * @param headers gives a header's first value
	 * @return the request, or {@code null} if it is not to be recorded: because of its
	 * method, because it has a query or a path in which there could be a credential, or
	 * because it is a warm-up's itself
	 */
	public @Nullable RecordedRequest candidate(String connector, String method, String target,
			UnaryOperator<@Nullable String> headers) {
		if (!RecordedRequest.METHODS.contains(method) || headers.apply(WarmUp.HEADER) != null) {
			return null;
		}
		Map<String, String> kept = new TreeMap<>();
		for (String name : RecordedRequest.HEADERS) {
			String value = headers.apply(name);
			if (value != null && RecordedRequest.isHarmless(value)) {
				kept.put(name, value);
			}
		}
		try {
			return new RecordedRequest(connector, method, target, kept, 1);
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	/**
	 * Record a request that was answered.
	 * @param request the request
	 * @param status its response's status
	 * @param contentType its response's content type, or {@code null}
	 * @param start when it began, in {@link System#nanoTime()}
	 */
	public void served(RecordedRequest request, int status, @Nullable String contentType, long start) {
		boolean stream = contentType != null && contentType.startsWith("text/event-stream");
		if (status >= 200 && status < 300 && !stream && System.nanoTime() - start < MAX_DURATION) {
			add(request);
		}
	}

	/**
	 * Counts as the algorithm Space-Saving does: the rarest kind makes room for one that
	 * is not known, which inherits its count, so that a frequent kind is never lost.
	 */
	private synchronized void add(RecordedRequest request) {
		Kind kind = Kind.of(request);
		RecordedRequest known = this.kinds.get(kind);
		if (known == null && this.kinds.size() == MAX_KINDS) {
			Kind rarest = this.kinds.entrySet()
				.stream()
				.min(Comparator.comparingInt((entry) -> entry.getValue().weight()))
				.orElseThrow()
				.getKey();
			known = this.kinds.remove(rarest);
		}
		this.kinds.put(kind, (known != null) ? request.withWeight(known.weight() + 1) : request);
		if (++this.recorded % HALF_LIFE == 0) {
			this.kinds.replaceAll((each, seen) -> seen.withWeight(Math.max(1, seen.weight() / 2)));
		}
	}

	/**
	 * The sample.
	 * @return the latest request of each kind, the most frequent kind first
	 */
	public synchronized List<RecordedRequest> sample() {
		List<RecordedRequest> sample = new ArrayList<>();
		int size = 0;
		for (RecordedRequest request : this.kinds.values()
			.stream()
			.sorted(Comparator.comparingInt(RecordedRequest::weight).reversed())
			.toList()) {
			size += request.size();
			if (size > MAX_SIZE) {
				break;
			}
			sample.add(request);
		}
		return sample;
	}

	private record Kind(String connector, String method, String path) {

		static Kind of(RecordedRequest request) {
			return new Kind(request.connector(), request.method(), RequestPaths.kind(request.path()));
		}

	}

}
