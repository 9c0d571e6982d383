package dev.hotswap.warmup;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a server wants to be told again (RFC 6265), so that an application keeps one
 * session and not one for each request. A cookie's attributes are not looked at, but for
 * an age that removes it. For one thread.
 */
final class Cookies {

	/** Of all together; servers take about twice as much of a request's head. */
	private static final int MAX_LENGTH = 4096;

	private static final Pattern PAIR = Pattern.compile("\\s*([^=;\\s]+)\\s*=([^;\\p{Cntrl}]*)(;.*)?");

	private static final Pattern REMOVED = Pattern.compile(".*;\\s*max-age\\s*=\\s*(0+|-\\d+)\\s*(;.*)?",
			Pattern.CASE_INSENSITIVE);

	private final Map<String, String> values = new LinkedHashMap<>();

	/**
	 * Keep a cookie, or remove it. What is malformed or too much is left out.
	 * @param header a value of {@code Set-Cookie}
	 */
	void set(String header) {
		Matcher pair = PAIR.matcher(header);
		if (!pair.matches()) {
			return;
		}
		String name = pair.group(1);
		this.values.remove(name);
		if (!REMOVED.matcher(header).matches()) {
			this.values.put(name, pair.group(2).trim());
			if (header().length() > MAX_LENGTH) {
				this.values.remove(name);
			}
		}
	}

	/**
	 * What to send.
	 * @return the value of {@code Cookie}, empty if there are none
	 */
	String header() {
		StringBuilder header = new StringBuilder();
		this.values.forEach((name, value) -> {
			header.append((header.length() > 0) ? "; " : "").append(name).append('=').append(value);
		});
		return header.toString();
	}

}
