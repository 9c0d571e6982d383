package dev.hotswap.descriptor;

import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;

import org.jspecify.annotations.Nullable;

/**
 * The few members of {@code sun.nio.ch} that make a JDK channel of a file descriptor and
 * the other way round. They are the same in JDK 17 to 25 and need the package opened.
 */
final class ChannelInternals {

	private final Method getFileDescriptor;

	private final Method remoteAddress;

	private final Method getSocketOption;

	private final @Nullable Method setIntOption;

	private final @Nullable Method configureBlocking;

	private final Constructor<?> serverChannel;

	private final Constructor<?> socketChannel;

	private ChannelInternals() throws ReflectiveOperationException {
		Class<?> net = Class.forName("sun.nio.ch.Net");
		this.getFileDescriptor = open(Class.forName("sun.nio.ch.SelChImpl").getDeclaredMethod("getFD"));
		this.remoteAddress = open(net.getDeclaredMethod("remoteAddress", FileDescriptor.class));
		this.getSocketOption = open(net.getDeclaredMethod("getSocketOption", FileDescriptor.class, ProtocolFamily.class,
				SocketOption.class));
		this.setIntOption = find(net, "setIntOption0", FileDescriptor.class, boolean.class, int.class, int.class,
				int.class, boolean.class);
		this.configureBlocking = find(Class.forName("sun.nio.ch.IOUtil"), "configureBlocking", FileDescriptor.class,
				boolean.class);
		this.serverChannel = open(Class.forName("sun.nio.ch.ServerSocketChannelImpl")
			.getDeclaredConstructor(SelectorProvider.class, ProtocolFamily.class, FileDescriptor.class, boolean.class));
		this.socketChannel = open(Class.forName("sun.nio.ch.SocketChannelImpl")
			.getDeclaredConstructor(SelectorProvider.class, ProtocolFamily.class, FileDescriptor.class,
					SocketAddress.class));
	}

	/**
	 * Look the members up.
	 * @return the members, or {@code null} when the package is not open to us
	 */
	static @Nullable ChannelInternals find() {
		try {
			return new ChannelInternals();
		}
		catch (ReflectiveOperationException | RuntimeException ex) {
			// InaccessibleObjectException where the package is closed
			return null;
		}
	}

	/** Nothing that matters for a handoff depends on it. */
	private static @Nullable Method find(Class<?> type, String name, Class<?>... parameters) {
		try {
			return open(type.getDeclaredMethod(name, parameters));
		}
		catch (NoSuchMethodException ex) {
			return null;
		}
	}

	/**
	 * Set a socket option that the JDK does not know, as setsockopt(2).
	 */
	void setIntOption(FileDescriptor fd, int level, int option, int value) throws IOException {
		Method method = this.setIntOption;
		if (method == null) {
			throw new IOException("This JDK sets no socket options but its own");
		}
		invoke(() -> method.invoke(null, fd, false, level, option, value, false));
	}

	/**
	 * Set {@code O_NONBLOCK}.
	 * @return {@code false} if this JDK has no such member
	 */
	boolean setNonBlocking(FileDescriptor fd) throws IOException {
		Method method = this.configureBlocking;
		if (method != null) {
			invoke(() -> method.invoke(null, fd, false));
		}
		return method != null;
	}

	FileDescriptor fileDescriptor(Channel channel) throws IOException {
		return (FileDescriptor) invoke(() -> this.getFileDescriptor.invoke(channel));
	}

	SocketAddress remoteAddress(FileDescriptor fd) throws IOException {
		return (SocketAddress) invoke(() -> this.remoteAddress.invoke(null, fd));
	}

	ServerSocketChannel serverChannel(FileDescriptor fd) throws IOException {
		return (ServerSocketChannel) invoke(
				() -> this.serverChannel.newInstance(SelectorProvider.provider(), family(fd), fd, true));
	}

	SocketChannel socketChannel(FileDescriptor fd, SocketAddress remote) throws IOException {
		return (SocketChannel) invoke(
				() -> this.socketChannel.newInstance(SelectorProvider.provider(), family(fd), fd, remote));
	}

	/**
	 * The socket's family. An IPv4 address does not tell, since the JDK's own sockets are
	 * IPv6 ones with v4-mapped addresses; but only an IPv6 socket has a traffic class.
	 */
	private ProtocolFamily family(FileDescriptor fd) {
		try {
			invoke(() -> this.getSocketOption.invoke(null, fd, StandardProtocolFamily.INET6,
					StandardSocketOptions.IP_TOS));
			return StandardProtocolFamily.INET6;
		}
		catch (IOException ex) {
			return StandardProtocolFamily.INET;
		}
	}

	private static <T extends AccessibleObject> T open(T member) {
		member.setAccessible(true);
		return member;
	}

	private static @Nullable Object invoke(Invocation invocation) throws IOException {
		try {
			return invocation.invoke();
		}
		catch (InvocationTargetException ex) {
			if (ex.getCause() instanceof IOException cause) {
				throw cause;
			}
			throw new IOException("The JDK refused the descriptor", ex.getCause());
		}
		catch (ReflectiveOperationException ex) {
			throw new IOException("The JDK's channels are not accessible", ex);
		}
	}

	private interface Invocation {

		@Nullable Object invoke() throws ReflectiveOperationException;

	}

}
