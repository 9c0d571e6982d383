package dev.hotswap.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.newsclub.net.unix.AFUNIXServerSocket;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

import dev.hotswap.descriptor.UnixSocketHandle;

/**
 * The control socket of this process. It accepts connections of the same user and of root
 * until it is closed or another process takes the path. Thread-safe.
 */
public final class ControlServer implements AutoCloseable {

	static final int MAX_CONNECTIONS = 32;

	private static final int BACKLOG = 64;

	private static final int FILE_TYPE_MASK = 0170000;

	private static final int FILE_TYPE_SOCKET = 0140000;

	private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

	private static final long MAX_BACK_OFF_MILLIS = 1000;

	private static final Log logger = LogFactory.getLog(ControlServer.class);

	private final ControlPath path;

	private final ControlHandler handler;

	private final ControlTimeouts timeouts;

	private final long uid;

	private final AFUNIXServerSocket socket;

	private final UnixSocketHandle handle;

	private final Object fileKey;

	private final Thread acceptor;

	private final CountDownLatch closed = new CountDownLatch(1);

	private final AtomicBoolean closing = new AtomicBoolean();

	private final AtomicInteger connections = new AtomicInteger();

	private volatile boolean lost;

	private long number;

	private ControlServer(ControlPath path, ControlHandler handler, ControlTimeouts timeouts) throws IOException {
		this.path = path;
		this.handler = handler;
		this.timeouts = timeouts;
		this.uid = Peer.ownUid();
		this.socket = AFUNIXServerSocket.newInstance();
		try {
			// By default junixsocket renames a live socket away, and deletes whatever
			// lies at the path when it closes
			this.socket.setReuseAddress(false);
			this.socket.setDeleteOnClose(false);
			this.socket.bind(AFUNIXSocketAddress.of(path.socket()), BACKLOG);
			// It also sets 0666. The folder protects the socket; this is for who looks
			Files.setPosixFilePermissions(path.socket(), PosixFilePermissions.fromString("rw-------"));
			this.fileKey = fileKey(path.socket());
			this.handle = UnixSocketHandle.of(this.socket.getFileDescriptor());
		}
		catch (IOException | RuntimeException ex) {
			this.socket.close();
			throw ex;
		}
		this.acceptor = new Thread(this::acceptAll, "hotswap-control-accept");
		this.acceptor.setDaemon(true);
	}

	/**
	 * Take a control path and accept connections on it.
	 * @param path the path, which is prepared first
	 * @param claim what entitles this process to the path
	 * @param timeout how long to wait at most for another process that takes or leaves
	 * the path right now
	 * @param handler called for every connection
	 * @return the server
	 * @throws ControlPathInUseException if the path is claimed as free and a live process
	 * owns it
	 * @throws ControlPathException if the path cannot be used
	 * @throws IOException if binding fails
	 */
	public static ControlServer bind(ControlPath path, Claim claim, Duration timeout, ControlHandler handler)
			throws IOException {
		return bind(path, claim, timeout, handler, ControlTimeouts.SERVER);
	}

	static ControlServer bind(ControlPath path, Claim claim, Duration timeout, ControlHandler handler,
			ControlTimeouts timeouts) throws IOException {
		path.prepare();
		ControlServer server;
		try (ControlLock lock = ControlLock.exclusive(path, timeout)) {
			checkSocketOrAbsent(path.socket());
			if (claim == Claim.IF_FREE) {
				checkFree(path, timeout);
			}
			Files.deleteIfExists(path.socket());
			server = new ControlServer(path, handler, timeouts);
		}
		server.acceptor.start();
		return server;
	}

	/**
	 * Whether the path still names this server's socket.
	 * @return {@code false} once it is closed, or another process has taken the path
	 */
	public boolean isOwner() {
		if (this.closing.get() || this.lost) {
			return false;
		}
		try {
			if (this.fileKey.equals(fileKey(this.path.socket()))) {
				return true;
			}
		}
		catch (NoSuchFileException ex) {
			// Somebody has unlinked it, and may be about to bind
		}
		catch (IOException ex) {
			logger.debug("Cannot look at the control socket " + this.path.socket(), ex);
			return false;
		}
		// For good: the number of a closed socket's inode is given to others
		this.lost = true;
		return false;
	}

	/**
	 * Stop accepting, and unlink the path if it is still this server's. Established
	 * connections go on.
	 */
	@Override
	public void close() {
		boolean owner = isOwner();
		if (!this.closing.compareAndSet(false, true)) {
			return;
		}
		this.closed.countDown();
		if (owner) {
			unlink();
		}
		// Only now: the bound socket keeps the inode's number from being reused
		closeSocket();
	}

	private void unlink() {
		try (ControlLock lock = ControlLock.exclusive(this.path, CLOSE_TIMEOUT)) {
			if (!this.lost && this.fileKey.equals(fileKey(this.path.socket()))) {
				Files.delete(this.path.socket());
			}
		}
		catch (NoSuchFileException ex) {
			// Unlinked by a process that is about to bind
		}
		catch (IOException ex) {
			// What is left is a stale path, which the next start replaces
			logger.warn("Cannot remove the control socket " + this.path.socket(), ex);
		}
	}

	private void acceptAll() {
		long backOff = 0;
		while (!this.closing.get()) {
			try {
				AFUNIXSocket accepted = this.socket.accept();
				backOff = 0;
				if (accepted != null) {
					admit(accepted);
				}
			}
			catch (IOException | RuntimeException ex) {
				if (this.closing.get()) {
					return;
				}
				if (this.socket.isClosed() || !isOwner()) {
					// junixsocket closes a server socket that finds its path taken
					this.lost = true;
					closeSocket();
					logger.info("The control socket " + this.path.socket() + " belongs to another process now");
					return;
				}
				backOff = backOff(backOff, ex);
			}
		}
	}

	/**
	 * Wait after an error such as EMFILE, which comes again at once as long as its cause
	 * lasts.
	 */
	private long backOff(long last, Exception cause) {
		if (last == 0) {
			logger.warn("Cannot accept on the control socket " + this.path.socket() + ", trying again", cause);
		}
		long next = Math.min(Math.max(2 * last, 50), MAX_BACK_OFF_MILLIS);
		try {
			this.closed.await(next, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		return next;
	}

	private void admit(AFUNIXSocket accepted) throws IOException {
		boolean admitted = false;
		try {
			Peer peer = Peer.of(accepted);
			if (!peer.isSameUserOrRoot(this.uid)) {
				logger.warn("Refused process " + peer.pid() + " of user " + peer.uid() + " on the control socket "
						+ this.path.socket());
				return;
			}
			if (peer.pid() == 0) {
				logger.warn("Refused a process of another PID namespace on the control socket " + this.path.socket());
				refuse(accepted, "your process is in another PID namespace");
				return;
			}
			if (this.connections.incrementAndGet() > MAX_CONNECTIONS) {
				this.connections.decrementAndGet();
				logger.warn("Refused process " + peer.pid() + ": the control socket " + this.path.socket() + " has "
						+ MAX_CONNECTIONS + " connections");
				return;
			}
			ControlConnection connection = open(accepted, peer);
			admitted = true;
			connection.start();
		}
		catch (IOException ex) {
			// The peer has gone already
			logger.debug("A control connection ended at once", ex);
		}
		finally {
			if (!admitted) {
				accepted.close();
			}
		}
	}

	private ControlConnection open(AFUNIXSocket accepted, Peer peer) throws IOException {
		try {
			return new ControlConnection(accepted, peer, ++this.number, this.handler, this.timeouts,
					this.connections::decrementAndGet);
		}
		catch (IOException | RuntimeException ex) {
			this.connections.decrementAndGet();
			throw ex;
		}
	}

	private static void refuse(AFUNIXSocket accepted, String text) throws IOException {
		Message bye = Message.of(MessageType.BYE)
			.field(ByeReason.FIELD, ByeReason.REFUSED.wireName())
			.field(ByeReason.TEXT_FIELD, text)
			.build();
		// Fits into the empty buffer of a new connection, so this does not wait
		accepted.getOutputStream().write(bye.encode().array());
	}

	/**
	 * Close the server socket after its thread has left accept: junixsocket would wake it
	 * with a connection to the path, and leaks that one's descriptor when the path is
	 * another's.
	 */
	private void closeSocket() {
		this.handle.shutdown();
		try {
			if (Thread.currentThread() != this.acceptor) {
				this.acceptor.join(CLOSE_TIMEOUT.toMillis());
			}
			this.socket.close();
		}
		catch (InterruptedException ex) {
			// The thread ends by itself, and holds nothing that is not closed below
			Thread.currentThread().interrupt();
		}
		catch (IOException ex) {
			logger.debug("Closing the control socket " + this.path.socket() + " failed", ex);
		}
		this.handle.close();
	}

	private static void checkFree(ControlPath path, Duration timeout) throws IOException {
		try (AFUNIXSocket owner = ControlClient.tryConnect(path, timeout)) {
			if (owner != null) {
				throw new ControlPathInUseException(path.socket(), Peer.of(owner).pid());
			}
		}
	}

	private static void checkSocketOrAbsent(Path socket) throws IOException {
		try {
			int mode = (Integer) Files.getAttribute(socket, "unix:mode", LinkOption.NOFOLLOW_LINKS);
			if ((mode & FILE_TYPE_MASK) != FILE_TYPE_SOCKET) {
				throw new ControlPathException("The control socket's path " + socket
						+ " exists and is not a socket; remove it, or set hotswap.control.socket to another path");
			}
		}
		catch (NoSuchFileException ex) {
			// Free
		}
	}

	private static Object fileKey(Path socket) throws IOException {
		return Objects.requireNonNull(
				Files.readAttributes(socket, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey());
	}

	/**
	 * What entitles a process to a control path.
	 */
	public enum Claim {

		/**
		 * Nobody else owns it: it is absent, or its owner is gone and connecting to it is
		 * refused.
		 */
		IF_FREE,

		/**
		 * The process is entitled to it, whoever owns it now.
		 */
		REPLACE

	}

}
