package dev.hotswap.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free ports on 127.0.0.1.
 */
public final class Ports {

	private Ports() {
	}

	/**
	 * Find a port that nobody listens on. It is below the range that the kernel picks
	 * from for outgoing connections, so that none of them takes it before the caller
	 * does.
	 * @return the port
	 */
	public static int free() {
		int end = firstEphemeral();
		for (int attempt = 0; attempt < 1000; attempt++) {
			int port = ThreadLocalRandom.current().nextInt(end / 2, end);
			try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
				return socket.getLocalPort();
			}
			catch (IOException ex) {
				// Taken: try another
			}
		}
		throw new IllegalStateException("No free port below " + end);
	}

	private static int firstEphemeral() {
		try {
			String range = Files.readString(Path.of("/proc/sys/net/ipv4/ip_local_port_range"));
			int first = Integer.parseInt(range.trim().split("\\s+")[0]);
			return (first >= 4096) ? first : 32768;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
