package dev.hotswap.web;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

import dev.hotswap.descriptor.Descriptor;

/**
 * A web server's accepting side, as a handoff sees it. Every method may be called from
 * any thread; none of them closes the listener or ends a connection unless it says so.
 * <p>
 * The gate is a state of the connector's own, independent of the server's pause and
 * resume: closed, the connector holds its listener and accepts nothing, and connects wait
 * in the kernel's accept queue.
 */
public interface HandoffConnector {

	/**
	 * The connector's name, unique in this process.
	 * @return such as {@code server} or {@code management}
	 */
	String name();

	/**
	 * The address that the listener is bound to.
	 * @return the local address with the real port
	 */
	InetSocketAddress address();

	/**
	 * The scheme of the connections.
	 * @return {@code http} or {@code https}
	 */
	String scheme();

	/**
	 * A duplicate of the listener's descriptor, which the caller owns.
	 * @return the descriptor
	 * @throws IOException if the listener is closed or the descriptor cannot be exported
	 */
	Descriptor exportListener() throws IOException;

	/**
	 * Open the gate: accept connections from now on. Used for the first time after start
	 * and to resume after {@link #stopAccepting}; takes an {@linkplain #announceEnd()
	 * announcement} back. Opening an open gate changes nothing else.
	 */
	void openGate();

	/**
	 * Close the gate, and wait until it is certain that no further connection will be
	 * accepted and every accepted one is being served. The listener stays open.
	 * @param timeout how long to wait at most
	 * @throws IOException if it is not certain after the timeout, or the gate was opened
	 * again while waiting; after the timeout the gate stays closed
	 */
	void stopAccepting(Duration timeout) throws IOException;

	/**
	 * Announce the end to every connection on its next response that is not committed yet
	 * ({@code Connection: close}), unless the request after that has already been
	 * received; the connection ends after that response, also for a client that is still
	 * sending.
	 */
	void announceEnd();

	/**
	 * End the connections that are idle or fresh now, politely:
	 * {@code shutdown(SHUT_WR)}, then read to the client's end, or for five seconds, and
	 * close. Does not wait for that; connections in a request are left alone.
	 * @return how many connections this call has begun to end
	 */
	int endIdle();

	/**
	 * Count the connections.
	 * @return the census of this moment
	 */
	Census census();

}
