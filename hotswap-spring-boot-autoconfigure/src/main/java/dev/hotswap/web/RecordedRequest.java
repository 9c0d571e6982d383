package dev.hotswap.web;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A request of a kind that a connector has served, without anything by which its client
 * could be known: no query, no body, no header but {@link #HEADERS}.
 *
 * @param connector the connector's name
 * @param method {@code GET} or {@code HEAD}
 * @param path the path as it was sent, still encoded
 * @param headers the headers that are kept; names without regard to case
 * @param weight how often this kind was seen, relative to the others
 */
public record RecordedRequest(String connector, String method, String path, Map<String, String> headers, int weight) {

	/**
	 * The headers that are kept. What is not named here may be a credential.
	 */
	public static final Set<String> HEADERS = Set.of("Accept", "Accept-Encoding", "Accept-Language", "Host",
			"User-Agent");

	/**
	 * The methods that are recorded, since they change nothing (RFC 9110, 9.2.1).
	 */
	public static final Set<String> METHODS = Set.of("GET", "HEAD");

	private static final int MAX_PATH = 256;

	private static final int MAX_VALUE = 256;

	/**
	 * Create a request.
	 * @param connector the connector's name
	 * @param method {@code GET} or {@code HEAD}
	 * @param path the path as it was sent
	 * @param headers the headers that are kept
	 * @param weight how often this kind was seen
	 * @throws IllegalArgumentException if it is none that would be recorded
	 */
	public RecordedRequest {
		if (!METHODS.contains(method)) {
			throw new IllegalArgumentException("The method " + method + " is not recorded");
		}
		if (!path.startsWith("/") || path.length() > MAX_PATH || !RequestPaths.isHarmless(path)) {
			throw new IllegalArgumentException("This path is not recorded");
		}
		if (weight < 1) {
			throw new IllegalArgumentException("The weight must be positive, not " + weight);
		}
		Map<String, String> sorted = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		headers.forEach((name, value) -> {
			if (!HEADERS.contains(name) || !isHarmless(value)) {
				throw new IllegalArgumentException("The header " + name + " is not recorded, or not like this");
			}
			sorted.put(name, value);
		});
		headers = Collections.unmodifiableMap(sorted);
	}

	/**
	 * Whether a header's value can be sent as it is.
	 * @param value the value
	 * @return whether it is short and plain
	 */
	static boolean isHarmless(String value) {
		return value.length() <= MAX_VALUE && value.chars().allMatch((each) -> each >= ' ' && each < 0x7f);
	}

	RecordedRequest withWeight(int weight) {
		return new RecordedRequest(this.connector, this.method, this.path, this.headers, weight);
	}

	/**
	 * How much it takes to tell this request.
	 * @return the bytes, about
	 */
	int size() {
		int size = this.connector.length() + this.path.getBytes(StandardCharsets.UTF_8).length;
		for (Map.Entry<String, String> header : this.headers.entrySet()) {
			size += header.getKey().length() + header.getValue().length();
		}
		return size;
	}

}
