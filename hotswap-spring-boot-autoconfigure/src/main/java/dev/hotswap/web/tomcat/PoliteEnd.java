package dev.hotswap.web.tomcat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SecureNioChannel;
import org.apache.tomcat.util.net.SocketBufferHandler;

/**
 * Ends a connection politely: first {@code shutdown(SHUT_WR)}, then reading to the
 * client's end, then close. Closing a socket that has unread input resets the connection
 * (RFC 1122, 4.2.2.13), which may destroy the response on its way. Guarded by the
 * wrapper's lock.
 */
final class PoliteEnd {

	/**
	 * How long a client has to end a connection that we have ended.
	 */
	static final Duration TIMEOUT = Duration.ofSeconds(5);

	private static final int MAX_READS = 32;

	private final HandoffSocketWrapper wrapper;

	private final long deadline = System.nanoTime() + TIMEOUT.toNanos();

	PoliteEnd(HandoffSocketWrapper wrapper) {
		this.wrapper = wrapper;
	}

	/**
	 * End our side of the connection, with a {@code close_notify} where it is encrypted.
	 * @return whether the client's side has ended, too, so that the connection can be
	 * closed
	 */
	boolean begin() {
		try {
			NioChannel channel = this.wrapper.getSocket();
			if (channel instanceof SecureNioChannel secure) {
				// Does not close the socket: that is close(true).
				secure.close();
			}
			channel.getIOChannel().shutdownOutput();
		}
		catch (IOException ex) {
			return true;
		}
		// The poller's time-out, for a client that sends nothing
		this.wrapper.restartReadTimeout(TIMEOUT);
		return discard();
	}

	/**
	 * Discard input.
	 * @return whether the client's side has ended or its time is up
	 */
	boolean discard() {
		SocketBufferHandler buffers = this.wrapper.getSocketBufferHandler();
		buffers.configureReadBufferForWrite();
		ByteBuffer buffer = buffers.getReadBuffer();
		try {
			for (int i = 0; i < MAX_READS; i++) {
				buffer.clear();
				int read = this.wrapper.getSocket().getIOChannel().read(buffer);
				if (read < 0) {
					return true;
				}
				if (read == 0) {
					break;
				}
			}
			return System.nanoTime() - this.deadline >= 0;
		}
		catch (IOException ex) {
			return true;
		}
		finally {
			buffer.clear();
		}
	}

}
