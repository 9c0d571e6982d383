package dev.hotswap.web;

/**
 * What may be known of a request by its path.
 */
final class RequestPaths {

	/** Of a segment with letters and digits; more could be a token. */
	private static final int MAX_MIXED = 12;

	private static final int MAX_DIGITS = 18;

	private static final int MAX_LETTERS = 40;

	private static final int MAX_VERSION = 3;

	private RequestPaths() {
	}

	/**
	 * Whether nothing in a path looks like a credential: no path parameters (as
	 * {@code ;jsessionid}), nothing encoded, and no segment that is long and made of
	 * letters and digits, as tokens, keys and UUIDs are.
	 * @param path the path
	 * @return whether it may be told to others
	 */
	static boolean isHarmless(String path) {
		for (String segment : path.split("/", -1)) {
			boolean digits = segment.chars().anyMatch(RequestPaths::isDigit);
			boolean others = !segment.chars().allMatch(RequestPaths::isDigit);
			int max = !digits ? MAX_LETTERS : others ? MAX_MIXED : MAX_DIGITS;
			if (segment.length() > max || !segment.chars().allMatch(RequestPaths::isPlain)) {
				return false;
			}
		}
		return true;
	}

	/**
	 * The kind of a path: its segments with digits, which are identifiers mostly, stand
	 * for each other. Short ones as {@code v1} are names.
	 * @param path the path
	 * @return such as {@code /v1/orders/*}
	 */
	static String kind(String path) {
		StringBuilder kind = new StringBuilder();
		for (String segment : path.substring(1).split("/", -1)) {
			boolean identifier = segment.chars().anyMatch(RequestPaths::isDigit)
					&& (isDigit(segment.charAt(0)) || segment.length() > MAX_VERSION);
			kind.append('/').append(identifier ? "*" : segment);
		}
		return kind.toString();
	}

	private static boolean isDigit(int each) {
		return each >= '0' && each <= '9';
	}

	private static boolean isPlain(int each) {
		return isDigit(each) || (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') || each == '-'
				|| each == '_' || each == '.' || each == '~';
	}

}
