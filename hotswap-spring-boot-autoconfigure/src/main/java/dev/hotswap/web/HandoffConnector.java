package dev.hotswap.web;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;

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
	 * Accept a share of the new connections while the gate is open, and leave the rest to
	 * another process that accepts on the same listener. What that does not take within a
	 * moment of some two milliseconds is accepted nevertheless, so that no client waits
	 * longer than that, and connections that come faster than one a moment may be more
	 * than the share. Stays until it is set again, whatever becomes of the gate.
	 * @param share between 0 and 1; 1, as it is at first, accepts without waiting
	 */
	void acceptShare(double share);

	/**
	 * Close the gate, and wait until it is certain that no further connection will be
	 * accepted and every accepted one is being served. The listener stays open.
	 * @param timeout how long to wait at most
	 * @throws IOException if it is not certain after the timeout, or the gate was opened
	 * again while waiting; after the timeout the gate stays closed
	 */
	void stopAccepting(Duration timeout) throws IOException;

	/**
	 * Close the listener for good: refuse connects where the kernel can be told to,
	 * accept what waits in the accept queue until it is empty, beyond the connection
	 * limit if need be, and close it. What was accepted is being served when this
	 * returns, and connections go on as before. The listener is closed in any case. Where
	 * connects cannot be
	 * {@linkplain dev.hotswap.descriptor.ChannelDescriptors#refuseConnects refused}
	 * first, one that comes in the microseconds between the last look into the queue and
	 * the closing is reset.
	 * @param timeout how long to accept at most
	 * @throws IOException if it is not certain that the queue was empty
	 */
	void closeListener(Duration timeout) throws IOException;

	/**
	 * Announce the end to every connection on its next response that is not committed yet
	 * ({@code Connection: close}), unless the request after that has already been
	 * received; the connection ends after that response, also for a client that is still
	 * sending. Includes {@link #announceEndOfUpgraded()}.
	 */
	void announceEnd();

	/**
	 * Announce the end to the connections that rest now and have changed to a protocol
	 * which cannot move but has an announcement of its own: HTTP/2 gets a {@code GOAWAY}.
	 * Those with streams in flight are left for a later call, since some clients abandon
	 * their streams then (the JDK's before version 24). Does nothing where there is no
	 * such protocol.
	 */
	default void announceEndOfUpgraded() {
	}

	/**
	 * Announce the end to the connections of such a protocol whether they rest or not,
	 * now and when they change to it later; their streams finish. For the time before the
	 * deadline. Taken back by {@link #openGate()} for connections to come.
	 */
	default void announceEndAmidStreams() {
	}

	/**
	 * How many exchanges go on until somebody ends them, with clients that connect again
	 * by themselves: event streams ({@code text/event-stream}) that the application
	 * writes asynchronously, and WebSocket sessions. Those whose end has begun do not
	 * count.
	 * @return the number of this moment
	 */
	default int longLived() {
		return 0;
	}

	/**
	 * Begin to end some of the exchanges that go on until somebody ends them, and tell
	 * the application in its API's way. An event stream is completed as a response, and
	 * its connection goes on like any other; a WebSocket session gets a close frame with
	 * 1012. Does not wait for the application or the client.
	 * @param max how many at most
	 * @return how many this call has begun to end
	 */
	default int endLongLived(int max) {
		return 0;
	}

	/**
	 * End the connections that are idle or fresh now, politely:
	 * {@code shutdown(SHUT_WR)}, then read to the client's end, or for five seconds, and
	 * close. Does not wait for that; connections in a request are left alone. HTTP/2
	 * connections without streams get a {@code GOAWAY} and are closed; they are not
	 * counted.
	 * @return how many connections this call has begun to end
	 */
	default int endIdle() {
		return endIdle(Duration.ZERO);
	}

	/**
	 * End connections as {@link #endIdle()} does, but only those that have not been used
	 * for some time.
	 * @param unused how long they must not have been used, or, if fresh, open
	 * @return how many connections this call has begun to end
	 */
	int endIdle(Duration unused);

	/**
	 * Whether connections can move between this connector and one in another process:
	 * they are not encrypted, and this process can export and adopt them (see
	 * {@link dev.hotswap.descriptor.ChannelDescriptors#isAdoptionAvailable()}). Does not
	 * change while the connector is registered.
	 * @return whether {@link #giveUpIdle} gives up anything
	 */
	boolean canTransfer();

	/**
	 * Take over a connection that this or another process has accepted, and serve it as
	 * an ordinary one from now on, whatever the gate's state; a request that the kernel
	 * holds is answered at once. It counts as a connection even where that exceeds the
	 * connection limit; accepting then waits until there is room again.
	 * @param connection the connection's descriptor, which the connector owns from the
	 * call on and closes if this fails
	 * @param kept whether it has served a request before, so that the keep-alive time-out
	 * applies to it instead of the connection time-out; its time starts anew
	 * @throws IOException if the descriptor cannot be adopted, or the connector is paused
	 * or stopped
	 */
	void adopt(Descriptor connection, boolean kept) throws IOException;

	/**
	 * Take over several connections, each as {@link #adopt(Descriptor, boolean)} does,
	 * but wait for the server once and not for each. One that cannot be adopted changes
	 * nothing for the others.
	 * @param connections the connections, which the connector owns from the call on; it
	 * closes those that it does not adopt
	 * @return why connections were not adopted, for each of them; empty if all were
	 */
	default Map<IdleConnection, IOException> adopt(List<IdleConnection> connections) {
		return Refusals.of(connections, (connection) -> adopt(connection.descriptor(), connection.kept()));
	}

	/**
	 * Serve a connection that this process or its predecessor has made to itself in order
	 * to warm up, as if it had been accepted, also while the gate is closed. No figures
	 * but the census count it, and no events tell of it.
	 * @param connection the connection's server side, which the connector owns from now
	 * on; closed if this fails
	 * @throws IOException if the connector is stopped or cannot adopt connections
	 */
	void adoptForWarmUp(Descriptor connection) throws IOException;

	/**
	 * Give up connections that are idle or fresh now, without the client noticing. A
	 * request that races with this is either served here, and its connection stays, or it
	 * is left in the kernel for whoever {@linkplain #adopt adopts} the connection. When
	 * this returns, this process holds nothing of the connections but the returned
	 * descriptors. A round costs one pass of the server's selector, some 0.1 ms to 1 ms,
	 * whatever its size: give up many at once. Concurrent calls wait for each other.
	 * @param max how many connections at most; at least 1, and 256 at most to bound the
	 * duplicated descriptors
	 * @return the connections, which the caller owns; empty if none is idle, or if
	 * connections {@linkplain #canTransfer() cannot} move
	 * @throws IOException if descriptors cannot be duplicated (the process is at its
	 * limit) and so none could be given up, or if the server's selector did not turn
	 * within five seconds; the connections that were chosen by then are returned by the
	 * next call that succeeds
	 */
	List<IdleConnection> giveUpIdle(int max) throws IOException;

	/**
	 * Do with {@linkplain #adoptForWarmUp connections for a warm-up} what
	 * {@link #giveUpIdle} does with all others.
	 * @return the connections, which the caller owns; empty if none is idle, or none is
	 * registered with the server yet
	 * @throws IOException as {@link #giveUpIdle}, but none is returned later: what was
	 * chosen is closed
	 */
	List<IdleConnection> giveUpForWarmUp() throws IOException;

	/**
	 * Count the connections.
	 * @return the census of this moment
	 */
	Census census();

	/**
	 * What happened to connections since the connector started.
	 * @return figures that only ever grow
	 */
	ConnectorFigures figures();

}
