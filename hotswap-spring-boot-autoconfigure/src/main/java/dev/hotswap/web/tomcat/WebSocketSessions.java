package dev.hotswap.web.tomcat;

import java.io.IOException;
import java.lang.reflect.Field;

import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.Session;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.apache.coyote.http11.upgrade.InternalHttpUpgradeHandler;
import org.apache.tomcat.websocket.Constants;
import org.apache.tomcat.websocket.server.WsHttpUpgradeHandler;
import org.jspecify.annotations.Nullable;

/**
 * The WebSocket sessions behind connections, where Tomcat's WebSocket implementation is
 * present.
 */
final class WebSocketSessions {

	private static final boolean PRESENT = isPresent();

	private WebSocketSessions() {
	}

	private static boolean isPresent() {
		try {
			Class.forName("org.apache.tomcat.websocket.server.WsHttpUpgradeHandler", false,
					WebSocketSessions.class.getClassLoader());
			return true;
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return false;
		}
	}

	/**
	 * Whether a connection has a session whose end has not begun.
	 * @param handler the connection's handler
	 * @return whether {@link #end} would end one
	 */
	static boolean isOpen(InternalHttpUpgradeHandler handler) {
		return PRESENT && Access.isOpen(handler);
	}

	/**
	 * Send a close frame with 1012 (Service Restart, IANA WebSocket Close Code Number
	 * Registry) and tell the application. Calls the application's endpoint, and waits for
	 * a message that is being sent.
	 * @param handler the handler of a connection with a session
	 */
	static void end(InternalHttpUpgradeHandler handler) {
		Access.end(handler);
	}

	/**
	 * Tomcat shows a session to the application's endpoint only, hence a look at a
	 * private field. Without it sessions are left to Tomcat's own end, with 1001.
	 */
	private static final class Access {

		/**
		 * How long a message that is being sent may delay the close frame, instead of
		 * Tomcat's 50 ms, after which it cuts the connection.
		 */
		private static final Long SEND_TIMEOUT = 5000L;

		/** How long the client may take to answer, instead of Tomcat's 30 s. */
		private static final Long CLOSE_TIMEOUT = 5000L;

		private static final CloseReason RESTART = new CloseReason(CloseCodes.SERVICE_RESTART, "Please connect again");

		private static final Log logger = LogFactory.getLog(WebSocketSessions.class);

		private static final @Nullable Field SESSION = findField();

		private static @Nullable Field findField() {
			try {
				Field field = WsHttpUpgradeHandler.class.getDeclaredField("wsSession");
				field.setAccessible(true);
				return field;
			}
			catch (ReflectiveOperationException | RuntimeException ex) {
				logger.warn("WebSocket sessions cannot be told to connect again, with this version of Tomcat", ex);
				return null;
			}
		}

		static boolean isOpen(InternalHttpUpgradeHandler handler) {
			Session session = session(handler);
			return session != null && session.isOpen();
		}

		static void end(InternalHttpUpgradeHandler handler) {
			Session session = session(handler);
			if (session == null) {
				return;
			}
			try {
				session.getUserProperties()
					.putIfAbsent(Constants.ABNORMAL_SESSION_CLOSE_SEND_TIMEOUT_PROPERTY, SEND_TIMEOUT);
				session.getUserProperties().putIfAbsent(Constants.SESSION_CLOSE_TIMEOUT_PROPERTY, CLOSE_TIMEOUT);
				session.close(RESTART);
			}
			catch (IOException | IllegalStateException ex) {
				logger.debug("A WebSocket session has ended by itself", ex);
			}
		}

		private static @Nullable Session session(InternalHttpUpgradeHandler handler) {
			if (SESSION == null || !(handler instanceof WsHttpUpgradeHandler)) {
				return null;
			}
			try {
				return (Session) SESSION.get(handler);
			}
			catch (IllegalAccessException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
