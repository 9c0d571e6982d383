package dev.hotswap;

/**
 * Told of each connection's states. Each bean of this type is called; where there is
 * none, nothing is recorded.
 * <p>
 * Calls come one at a time, on a thread of the listener's own, in the order in which a
 * connection's state changed, and possibly a while after that. A listener that throws is
 * logged by its name the first time and goes on being called. One that blocks holds up no
 * other; once 8,192 events wait for it, further ones are dropped, which is logged with
 * its name the first time. Connections never wait for a listener.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ConnectionListener {

	/**
	 * A connection has come to another state.
	 * @param event the event
	 */
	void connectionChanged(ConnectionEvent event);

}
