package dev.hotswap;

import java.net.InetSocketAddress;

import org.jspecify.annotations.Nullable;

/**
 * A change of a connection's state. Immutable.
 *
 * @param connector the connector's name, such as {@code server}
 * @param id what tells the connection apart from the others of this process
 * @param remoteAddress the client's address, or {@code null} if it could not be found out
 * @param state the state that the connection has come to
 * @since 0.1.0
 */
public record ConnectionEvent(String connector, long id, @Nullable InetSocketAddress remoteAddress,
		ConnectionState state) {

}
