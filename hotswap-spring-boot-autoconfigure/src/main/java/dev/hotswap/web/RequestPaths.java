package dev.hotswap.web;

/**
 * What may be known of a request by its path.
 */
final class RequestPaths {

	/** Of a segment that is no name; more could be a token. */
	private static final int MAX_CODE = 12;

	private static final int MAX_NAME = 40;

	private static final int MAX_VERSION = 3;

	private RequestPaths() {
	}

	/**
	 * Whether nothing in a path looks like a credential: no path parameters (as
	 * {@code ;jsessionid}), nothing encoded, and no segment that is long and not a name.
	 * Tokens, keys, UUIDs and the numbers of cards and accounts are not, since they have
	 * digits, or are one of the few random ones without (one in forty of 22 characters of
	 * base64url), whose letters are of both cases without order. Shorter segments, such
	 * as {@code /verify/123456}, cannot be told from identifiers.
	 * @param path the path
	 * @return whether it may be told to others
	 */
	static boolean isHarmless(String path) {
		for (String segment : path.split("/", -1)) {
			int max = isName(segment) ? MAX_NAME : MAX_CODE;
			if (segment.length() > max || !segment.chars().allMatch(RequestPaths::isPlain)) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Whether a segment could be a route's name, as {@code orders}, {@code open-orders}
	 * and {@code getCustomerOrders}: no digits, no two capitals in a row, and one letter
	 * in three is a capital at most. Of random letters of both cases 1 % pass where there
	 * are 22 of them.
	 */
	private static boolean isName(String segment) {
		int capitals = 0;
		for (int i = 0; i < segment.length(); i++) {
			char each = segment.charAt(i);
			if (isDigit(each) || (isCapital(each) && i > 0 && isCapital(segment.charAt(i - 1)))) {
				return false;
			}
			capitals += isCapital(each) ? 1 : 0;
		}
		return capitals * 3 <= segment.length();
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

	private static boolean isCapital(int each) {
		return each >= 'A' && each <= 'Z';
	}

	private static boolean isPlain(int each) {
		return isDigit(each) || (each >= 'a' && each <= 'z') || isCapital(each) || each == '-' || each == '_'
				|| each == '.' || each == '~';
	}

}
