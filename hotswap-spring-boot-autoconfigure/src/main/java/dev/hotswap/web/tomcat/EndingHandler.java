package dev.hotswap.web.tomcat;

import org.apache.tomcat.util.net.AbstractEndpoint.Handler;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * Tomcat's connection handler, with a polite end for connections whose end was announced
 * and for those that are ending already. The endpoint calls it under the wrapper's lock.
 */
final class EndingHandler implements Handler<NioChannel> {

	private final Handler<NioChannel> delegate;

	private final HandoffNioEndpoint endpoint;

	EndingHandler(Handler<NioChannel> delegate, HandoffNioEndpoint endpoint) {
		this.delegate = delegate;
		this.endpoint = endpoint;
	}

	@Override
	public SocketState process(SocketWrapperBase<NioChannel> wrapper, SocketEvent event) {
		if (!(wrapper instanceof HandoffSocketWrapper connection)) {
			return this.delegate.process(wrapper, event);
		}
		if (connection.isEnding()) {
			return switch (event) {
				case OPEN_READ -> closedOrWaiting(connection, connection.discard());
				case OPEN_WRITE, TIMEOUT -> SocketState.OPEN;
				default -> SocketState.CLOSED;
			};
		}
		if (connection.endsAfterSendfile() && event == SocketEvent.OPEN_READ) {
			return closedOrWaiting(connection, connection.end());
		}
		SocketState state = this.delegate.process(wrapper, event);
		if (state == SocketState.CLOSED && this.endpoint.isAnnouncing() && !connection.isClosed() && isUsable(event)) {
			return closedOrWaiting(connection, connection.end());
		}
		if (state == SocketState.OPEN) {
			connection.handled();
		}
		else if (this.endpoint.isAnnouncingAmidStreams()) {
			// While it is processed the connection has no current processor
			connection.upgradedEnd().announce(true);
		}
		return state;
	}

	private static boolean isUsable(SocketEvent event) {
		return event == SocketEvent.OPEN_READ || event == SocketEvent.OPEN_WRITE;
	}

	private static SocketState closedOrWaiting(HandoffSocketWrapper connection, boolean ended) {
		if (ended) {
			return SocketState.CLOSED;
		}
		connection.registerReadInterest();
		return SocketState.OPEN;
	}

	@Override
	public Object getGlobal() {
		return this.delegate.getGlobal();
	}

	@Override
	public void release(SocketWrapperBase<NioChannel> wrapper) {
		this.delegate.release(wrapper);
	}

	@Override
	public void pause() {
		this.delegate.pause();
	}

	@Override
	public void recycle() {
		this.delegate.recycle();
	}

}
