package dev.hotswap.web.netty;

import java.io.IOException;

import dev.hotswap.descriptor.Descriptor;
import io.netty.channel.Channel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * Netty's channels to and from descriptors, for one of its transports. Methods that take
 * a channel are called on its event loop.
 */
interface Transport {

	/**
	 * The transport of a channel class. The class is compared by name, since that of the
	 * native transport may be absent.
	 * @param type the class of a server channel
	 * @return the transport, or {@code null} if channels of this class cannot be handed
	 * over
	 */
	static @Nullable Transport of(Class<? extends Channel> type) {
		return switch (type.getName()) {
			case "io.netty.channel.epoll.EpollServerSocketChannel" -> new EpollTransport();
			case "io.netty.channel.socket.nio.NioServerSocketChannel" -> new NioTransport();
			default -> null;
		};
	}

	/**
	 * Make a channel of a listening socket's descriptor.
	 * @param listener the descriptor, owned by the channel from now on; closed if this
	 * fails
	 * @return the channel, active and not registered
	 * @throws IOException if the descriptor cannot be adopted
	 */
	ServerSocketChannel adoptListener(Descriptor listener) throws IOException;

	/**
	 * Let other processes of the same user listen on the same port, if all of them do
	 * this before they bind.
	 * @param listener a channel that is not bound yet
	 */
	void reusePort(ServerSocketChannel listener);

	/**
	 * Make a channel of a connection's descriptor, as if a listener had accepted it.
	 * @param listener the listener's channel
	 * @param connection the descriptor, owned by the channel from now on; closed if this
	 * fails
	 * @return the channel, active and not registered, with the listener as its parent
	 * @throws IOException if the descriptor cannot be adopted
	 */
	SocketChannel adoptConnection(ServerSocketChannel listener, Descriptor connection) throws IOException;

	/**
	 * Duplicate a channel's descriptor.
	 * @param channel a listener or connection, which stays open
	 * @return the duplicate, which the caller owns
	 * @throws IOException if the channel is closed or the descriptor cannot be duplicated
	 */
	Descriptor export(Channel channel) throws IOException;

	/**
	 * Whether connections can be exported and adopted.
	 * @return the answer, which does not change
	 */
	boolean canMoveConnections();

	/**
	 * Have the kernel refuse connects, see
	 * {@link dev.hotswap.descriptor.ChannelDescriptors#refuseConnects}.
	 * @param listener an open listener
	 * @return whether they are refused
	 */
	boolean refuseConnects(ServerSocketChannel listener);

	/**
	 * Have the event loop hear nothing more of a connection from now on, as far as
	 * {@code autoRead} cannot do that. {@link Channel#deregister()} follows, which is a
	 * task of its own.
	 * @param connection the connection, which nobody reads from any more
	 */
	void stopEvents(Channel connection);

	/**
	 * Whether the kernel no longer knows a connection to be watched, after
	 * {@link Channel#deregister()}.
	 * @param connection the connection
	 * @return whether closing it touches nothing but this process's descriptor
	 */
	boolean isDeregistered(Channel connection);

}
