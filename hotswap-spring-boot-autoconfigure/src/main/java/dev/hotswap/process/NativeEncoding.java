package dev.hotswap.process;

import java.io.IOException;
import java.nio.charset.Charset;

/**
 * The encoding in which {@link ProcessBuilder} writes words and environment: the default
 * charset up to JDK 17, that of the locale since JEP 400.
 */
final class NativeEncoding {

	static final Charset CHARSET = (Runtime.version().feature() < 18) ? Charset.defaultCharset() : ofLocale();

	private NativeEncoding() {
	}

	private static Charset ofLocale() {
		String name = System.getProperty("sun.jnu.encoding");
		return (name != null && Charset.isSupported(name)) ? Charset.forName(name) : Charset.defaultCharset();
	}

	/**
	 * Fail rather than let {@link ProcessBuilder} put question marks into a text.
	 */
	static void check(String text) throws IOException {
		if (!CHARSET.newEncoder().canEncode(text)) {
			throw new IOException(("'%s' cannot be passed to a process in the encoding %s: "
					+ "start the application in a locale that has these characters, such as LC_ALL=C.UTF-8")
				.formatted(text, CHARSET));
		}
	}

}
