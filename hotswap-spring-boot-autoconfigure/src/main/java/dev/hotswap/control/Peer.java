package dev.hotswap.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketCredentials;

/**
 * The process on the other side of a control connection, as the kernel knows it: the
 * {@code SO_PEERCRED} of {@code unix(7)}, which are those of the time when it connected
 * or began to listen.
 *
 * @param pid its process id, 0 when it lives in another PID namespace
 * @param uid its effective user id
 */
public record Peer(long pid, long uid) {

	private static final Path STATUS = Path.of("/proc/self/status");

	/**
	 * The effective user id of this process. (The owner of {@code /proc/self} is root's
	 * for a process that may not be dumped, see {@code proc(5)}.)
	 * @return the user id
	 * @throws IOException if procfs cannot be read
	 */
	public static long ownUid() throws IOException {
		for (String line : Files.readAllLines(STATUS)) {
			if (line.startsWith("Uid:")) {
				return Long.parseLong(line.split("\\s+")[2]);
			}
		}
		throw new IOException(STATUS + " has no user id");
	}

	static Peer of(AFUNIXSocket socket) throws IOException {
		AFUNIXSocketCredentials credentials = socket.getPeerCredentials();
		if (credentials == null || credentials.isEmpty()) {
			throw new PeerRefusedException("The kernel does not know the peer's credentials");
		}
		return new Peer(Math.max(credentials.getPid(), 0), Integer.toUnsignedLong((int) credentials.getUid()));
	}

	boolean isSameUserOrRoot(long ownUid) {
		return this.uid == ownUid || this.uid == 0;
	}

}
