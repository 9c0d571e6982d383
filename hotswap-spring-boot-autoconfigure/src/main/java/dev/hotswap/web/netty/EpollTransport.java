package dev.hotswap.web.netty;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;

import dev.hotswap.descriptor.Descriptor;
import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.unix.UnixChannelOption;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The native transport, which needs none of the JDK's internals.
 */
final class EpollTransport implements Transport {

	/** See socket(7) and {@code asm-generic/socket.h}; Linux 5.1 and later. */
	private static final int SO_BINDTOIFINDEX = 62;

	private static final int SOL_SOCKET = 1;

	private static final int NO_INTERFACE = Integer.MAX_VALUE;

	private static final Log logger = LogFactory.getLog(EpollTransport.class);

	/**
	 * What an accepted connection comes from. The public constructor of a connection with
	 * a number gives it no parent, without which Reactor Netty cannot serve it.
	 */
	private static final @Nullable Method NEW_CHILD = find(EpollServerSocketChannel.class, "newChildChannel", int.class,
			byte[].class, int.class, int.class);

	/** What deregistering comes to in the end, but at once. */
	private static final @Nullable Method DEREGISTER = find(AbstractChannel.class, "doDeregister");

	private static @Nullable Method find(Class<?> type, String name, Class<?>... parameters) {
		try {
			Method method = type.getDeclaredMethod(name, parameters);
			method.setAccessible(true);
			return method;
		}
		catch (ReflectiveOperationException | RuntimeException ex) {
			logger.warn("Connections cannot be moved with this version of Netty's native transport", ex);
			return null;
		}
	}

	@Override
	public ServerSocketChannel adoptListener(Descriptor listener) throws IOException {
		Socket socket = new Socket(detach(listener));
		try {
			return new EpollServerSocketChannel(socket.intValue());
		}
		catch (RuntimeException ex) {
			socket.close();
			throw new IOException("The listener cannot be adopted", ex);
		}
	}

	@Override
	public void reusePort(ServerSocketChannel listener) {
		listener.config().setOption(UnixChannelOption.SO_REUSEPORT, true);
	}

	@Override
	public SocketChannel adoptConnection(ServerSocketChannel listener, Descriptor connection) throws IOException {
		Method newChild = NEW_CHILD;
		if (newChild == null) {
			connection.close();
			throw new IOException("Connections cannot be adopted with this version of Netty's native transport");
		}
		Socket socket = new Socket(detach(connection));
		try {
			byte[] address = address(socket);
			return (SocketChannel) newChild.invoke(listener, socket.intValue(), address, 0, address.length);
		}
		catch (IOException ex) {
			socket.close();
			throw ex;
		}
		catch (InvocationTargetException ex) {
			socket.close();
			throw new IOException("The connection cannot be adopted", ex.getCause());
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Netty takes it for granted that sockets do not block: an event loop that waited for
	 * one would hold up all others.
	 */
	private static int detach(Descriptor descriptor) throws IOException {
		try (descriptor) {
			descriptor.setNonBlocking();
			return descriptor.detach();
		}
	}

	/**
	 * The client's address in the form in which Netty's native code tells it: the bytes
	 * of the address, for IPv6 the scope, and the port
	 * ({@code io.netty.channel.unix.NativeInetAddress.address}).
	 */
	private static byte[] address(Socket socket) throws IOException {
		InetSocketAddress remote = socket.remoteAddress();
		if (remote == null) {
			throw new IOException("The descriptor is no connection's, or its client is gone");
		}
		byte[] address = remote.getAddress().getAddress();
		boolean ipv6 = remote.getAddress() instanceof Inet6Address;
		ByteBuffer buffer = ByteBuffer.allocate(address.length + (ipv6 ? 2 : 1) * Integer.BYTES).put(address);
		if (remote.getAddress() instanceof Inet6Address scoped) {
			buffer.putInt(scoped.getScopeId());
		}
		return buffer.putInt(remote.getPort()).array();
	}

	@Override
	public Descriptor export(Channel channel) throws IOException {
		// On the event loop, which alone closes it
		if (!channel.isOpen()) {
			throw new ClosedChannelException();
		}
		return Descriptor.duplicateOf(((UnixChannel) channel).fd().intValue());
	}

	@Override
	public boolean canMoveConnections() {
		return NEW_CHILD != null && DEREGISTER != null;
	}

	@Override
	public boolean refuseConnects(ServerSocketChannel listener) {
		try {
			((Socket) ((UnixChannel) listener).fd()).setIntOpt(SOL_SOCKET, SO_BINDTOIFINDEX, NO_INTERFACE);
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	/**
	 * When a client ends its side, Netty reads what the kernel holds, whether anybody has
	 * asked for it or not ({@code AbstractEpollChannel.epollRdHupReady}).
	 */
	@Override
	public void stopEvents(Channel connection) {
		Method deregister = DEREGISTER;
		if (deregister == null) {
			return;
		}
		try {
			deregister.invoke(connection);
		}
		catch (InvocationTargetException ex) {
			// The task of its own comes as well
			logger.debug("A connection could not be deregistered at once", ex);
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * {@code epoll_ctl(2)} takes effect at once.
	 */
	@Override
	public boolean isDeregistered(Channel connection) {
		return true;
	}

}
