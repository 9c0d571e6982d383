package dev.hotswap.control;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/**
 * Connects to the process that owns a control path. Stateless and thread-safe.
 */
public final class ControlClient {

	private ControlClient() {
	}

	/**
	 * Connect. When nobody answers, this waits for a process that is about to take the
	 * path, and looks again.
	 * @param path the control path
	 * @param timeout how long to wait at most
	 * @param handler called on the connection's reader thread, possibly before this
	 * method returns
	 * @return the connection
	 * @throws NoInstanceException if nobody answers
	 * @throws PeerRefusedException if another user's process, or one of another PID
	 * namespace, answers
	 * @throws ControlPathException if the path is no socket's
	 * @throws IOException if connecting fails in another way
	 */
	public static ControlConnection connect(ControlPath path, Duration timeout, ControlHandler handler)
			throws IOException {
		path.checkLength();
		long deadline = System.nanoTime() + timeout.toNanos();
		AFUNIXSocket socket = tryConnectUnlocked(path, timeout);
		if (socket == null) {
			try (ControlLock lock = ControlLock.shared(path, remaining(deadline))) {
				socket = tryConnect(path, remaining(deadline));
			}
			catch (NoSuchFileException ex) {
				// Whoever binds creates the lock first: nobody ever has
			}
		}
		if (socket == null) {
			throw new NoInstanceException(path.socket());
		}
		return open(socket, handler);
	}

	private static @Nullable AFUNIXSocket tryConnectUnlocked(ControlPath path, Duration timeout) throws IOException {
		try {
			return tryConnect(path, timeout);
		}
		catch (SocketTimeoutException ex) {
			throw ex;
		}
		catch (SocketException ex) {
			// The path may have come back between the failure and the look at its cause.
			// Under the lock it cannot
			return null;
		}
	}

	/**
	 * Connect, or find that nobody is there. Certain only under the path's lock.
	 * @param path the control path
	 * @param timeout how long to wait for a place in the owner's accept queue
	 * @return the socket, or {@code null} if the path does not exist or nobody listens
	 * @throws IOException if somebody may be there
	 */
	static @Nullable AFUNIXSocket tryConnect(ControlPath path, Duration timeout) throws IOException {
		AFUNIXSocket socket = AFUNIXSocket.newInstance();
		try {
			// connect(2) waits for a place in a full accept queue, for as long as
			// SO_SNDTIMEO says, see unix(7); junixsocket ignores connect's own time-out
			socket.setSoTimeout((int) Math.max(1, Math.min(timeout.toMillis(), Integer.MAX_VALUE)));
			socket.connect(AFUNIXSocketAddress.of(path.socket()));
			socket.setSoTimeout(0);
			return socket;
		}
		catch (SocketTimeoutException ex) {
			socket.close();
			throw ex;
		}
		catch (IOException ex) {
			socket.close();
			if (Files.notExists(path.socket(), LinkOption.NOFOLLOW_LINKS) || isRefused(path)) {
				return null;
			}
			throw ex;
		}
	}

	private static ControlConnection open(AFUNIXSocket socket, ControlHandler handler) throws IOException {
		try {
			Peer peer = Peer.of(socket);
			long uid = Peer.ownUid();
			if (uid != 0 && !peer.isSameUserOrRoot(uid)) {
				throw new PeerRefusedException("The control socket belongs to a process of the user " + peer.uid());
			}
			if (peer.pid() == 0) {
				throw new PeerRefusedException("The control socket belongs to a process of another PID namespace");
			}
			ControlConnection connection = new ControlConnection(socket, peer, peer.pid(), handler,
					ControlTimeouts.CLIENT, () -> {
					});
			connection.start();
			return connection;
		}
		catch (IOException | RuntimeException ex) {
			socket.close();
			throw ex;
		}
	}

	/**
	 * Whether connecting fails with {@code ECONNREFUSED}. junixsocket tells by a message
	 * in the machine's language, the JDK by the exception's class.
	 */
	private static boolean isRefused(ControlPath path) throws IOException {
		try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
			// Not to wait for a place in a full accept queue
			probe.configureBlocking(false);
			probe.connect(UnixDomainSocketAddress.of(path.socket()));
			return false;
		}
		catch (ConnectException ex) {
			return true;
		}
		catch (SocketException ex) {
			return false;
		}
	}

	private static Duration remaining(long deadline) {
		return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
	}

}
