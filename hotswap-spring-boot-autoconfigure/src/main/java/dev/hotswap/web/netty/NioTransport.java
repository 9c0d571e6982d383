package dev.hotswap.web.netty;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;

import dev.hotswap.descriptor.ChannelDescriptors;
import dev.hotswap.descriptor.Descriptor;
import io.netty.channel.Channel;
import io.netty.channel.nio.AbstractNioChannel.NioUnsafe;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

/**
 * The transport over the JDK's channels. All but exporting a listener needs the JDK's
 * internals.
 */
final class NioTransport implements Transport {

	@Override
	public ServerSocketChannel adoptListener(Descriptor listener) throws IOException {
		return new NioServerSocketChannel(ChannelDescriptors.adoptServer(listener));
	}

	@Override
	public void reusePort(ServerSocketChannel listener) {
		listener.config().setOption(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), true);
	}

	@Override
	public SocketChannel adoptConnection(ServerSocketChannel listener, Descriptor connection) throws IOException {
		return new NioSocketChannel(listener, ChannelDescriptors.adoptSocket(connection));
	}

	@Override
	public Descriptor export(Channel channel) throws IOException {
		SelectableChannel jdk = jdkChannel(channel);
		return (jdk instanceof java.nio.channels.ServerSocketChannel listener) ? ChannelDescriptors.export(listener)
				: ChannelDescriptors.export((java.nio.channels.SocketChannel) jdk);
	}

	@Override
	public boolean canMoveConnections() {
		return ChannelDescriptors.isAdoptionAvailable();
	}

	@Override
	public boolean refuseConnects(ServerSocketChannel listener) {
		try {
			return ChannelDescriptors.refuseConnects((java.nio.channels.ServerSocketChannel) jdkChannel(listener));
		}
		catch (ClosedChannelException ex) {
			return false;
		}
	}

	/**
	 * There is nothing to hear of a channel that nobody reads from.
	 */
	@Override
	public void stopEvents(Channel connection) {
	}

	/**
	 * The JDK ends a connection that is still registered with {@code shutdown(SHUT_WR)}
	 * when it is closed, for whoever shares it
	 * ({@code SocketChannelImpl.implCloseNonBlockingMode}). The selector's next pass
	 * deregisters it.
	 */
	@Override
	public boolean isDeregistered(Channel connection) {
		return !jdkChannel(connection).isRegistered();
	}

	private static SelectableChannel jdkChannel(Channel channel) {
		return ((NioUnsafe) channel.unsafe()).ch();
	}

}
