package dev.hotswap.warmup;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.hotswap.web.RecordedRequest;

/**
 * A request to warm up with.
 *
 * @param connector the name of the connector to send it to
 * @param method {@code GET} or {@code HEAD}
 * @param target path and query, encoded
 * @param headers its headers; {@code Host} is made up where it is missing
 * @param weight how often to send it, relative to the others
 * @param recorded whether it was recorded and not configured
 */
public record WarmUpRequest(String connector, String method, String target, Map<String, String> headers, int weight,
		boolean recorded) {

	private static final String MAIN_CONNECTOR = "server";

	/** Visible ASCII, as a request line wants it. */
	private static final Pattern SYNTAX = Pattern.compile("(?:(GET|HEAD)\\s+)?(/[!-\"$-~]*)");

	private static final Map<String, String> HEADERS = Map.of("Accept", "*/*", "User-Agent", "Hotswap");

	/**
	 * Read a request as an operator writes it: a path with an optional query, both
	 * encoded, after {@code GET} or {@code HEAD} and white space where it is not
	 * {@code GET}. It goes to the main connector.
	 * @param text such as {@code /quote?size=3} or {@code HEAD /report}
	 * @return the request
	 * @throws IllegalArgumentException if it is none
	 */
	public static WarmUpRequest parse(String text) {
		Matcher matcher = SYNTAX.matcher(text.trim());
		if (!matcher.matches()) {
			throw new IllegalArgumentException("'" + text
					+ "' is no request to warm up with. It takes a path that begins "
					+ "with '/', encoded as in a URL, after 'GET' or 'HEAD' if need be, as in '/quote?size=3' or "
					+ "'HEAD /report'.");
		}
		String method = (matcher.group(1) != null) ? matcher.group(1) : "GET";
		return new WarmUpRequest(MAIN_CONNECTOR, method, matcher.group(2), HEADERS, 1, false);
	}

	static WarmUpRequest of(RecordedRequest recorded) {
		return new WarmUpRequest(recorded.connector(), recorded.method(), recorded.path(), recorded.headers(),
				recorded.weight(), true);
	}

	/**
	 * The host that it is sent to.
	 * @return what {@code Host} says, with a port or without
	 */
	String host() {
		return this.headers.getOrDefault("Host", "localhost");
	}

	WarmUpRequest withWeight(int weight) {
		return new WarmUpRequest(this.connector, this.method, this.target, this.headers, weight, this.recorded);
	}

	@Override
	public String toString() {
		return this.method + " " + this.target;
	}

}
