package dev.hotswap.web.tomcat;

import java.lang.reflect.Field;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.apache.coyote.http11.upgrade.InternalHttpUpgradeHandler;
import org.apache.coyote.http2.Http2AsyncUpgradeHandler;
import org.jspecify.annotations.Nullable;

/**
 * The number of streams on an HTTP/2 connection, which Tomcat keeps to its own package.
 */
final class Http2Streams {

	private static final Log logger = LogFactory.getLog(Http2Streams.class);

	private static final @Nullable Field ACTIVE = findField();

	private Http2Streams() {
	}

	private static @Nullable Field findField() {
		try {
			Field field = Http2AsyncUpgradeHandler.class.getSuperclass().getDeclaredField("activeRemoteStreamCount");
			field.setAccessible(true);
			return field;
		}
		catch (ReflectiveOperationException | RuntimeException ex) {
			logger.warn("HTTP/2 connections are announced to end whatever their streams, with this version of Tomcat",
					ex);
			return null;
		}
	}

	/**
	 * Whether streams are in flight on a connection.
	 * @param handler the connection's handler
	 * @return {@code false} also if that is unknown, or for another protocol
	 */
	static boolean areActive(InternalHttpUpgradeHandler handler) {
		if (ACTIVE == null || !ACTIVE.getDeclaringClass().isInstance(handler)) {
			return false;
		}
		try {
			return ((AtomicInteger) ACTIVE.get(handler)).get() > 0;
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
