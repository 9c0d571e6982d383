package dev.hotswap.descriptor;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Finds the listening TCP sockets of this process in procfs: {@code /proc/self/net/tcp}
 * and {@code tcp6} list those of the network namespace, {@code /proc/self/fd} says which
 * of them are ours. See {@code proc_net_tcp} in the kernel's documentation, and
 * {@code proc_pid_fd(5)}. Stateless.
 */
public final class ListeningSockets {

	private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

	private static final List<Path> TABLES = List.of(Path.of("/proc/self/net/tcp"), Path.of("/proc/self/net/tcp6"));

	/** {@code TCP_LISTEN} of the kernel's {@code tcp_states.h}. */
	private static final String LISTEN = "0A";

	private static final String SOCKET_PREFIX = "socket:[";

	private ListeningSockets() {
	}

	/**
	 * List the TCP sockets, IPv4 and IPv6, on which this process listens. A socket with
	 * several descriptors is listed once.
	 * @return the sockets, in the kernel's order
	 * @throws IOException if procfs cannot be read
	 */
	public static List<ListeningSocket> ofThisProcess() throws IOException {
		Map<Long, Integer> numbers = socketNumbers();
		List<ListeningSocket> sockets = new ArrayList<>();
		for (Path table : TABLES) {
			// A kernel without IPv6 has no tcp6
			if (Files.exists(table)) {
				addListening(table, numbers, sockets);
			}
		}
		return sockets;
	}

	/**
	 * Look at a descriptor that this process was started with.
	 * @param number the descriptor's number
	 * @return the listening TCP socket behind it, or {@code null} if the number is closed
	 * or anything else's
	 * @throws IOException if procfs cannot be read
	 */
	public static @Nullable ListeningSocket behind(int number) throws IOException {
		long inode = socketInode(number);
		return ofThisProcess().stream()
			.filter((socket) -> socket.inode() == inode)
			.findFirst()
			.map((socket) -> new ListeningSocket(number, inode, socket.address()))
			.orElse(null);
	}

	/**
	 * The inode of the socket behind a descriptor.
	 * @param number the descriptor's number
	 * @return the inode, or -1 if the number is closed or no socket's
	 * @throws IOException if procfs cannot be read
	 */
	static long socketInode(int number) throws IOException {
		return socketInode(DESCRIPTORS.resolve(Integer.toString(number)));
	}

	static @Nullable ListeningSocket parse(String line, Map<Long, Integer> numbers) throws IOException {
		String[] columns = line.trim().split("\\s+");
		if (columns.length < 10 || !LISTEN.equals(columns[3])) {
			return null;
		}
		long inode = Long.parseLong(columns[9]);
		Integer number = numbers.get(inode);
		return (number != null) ? new ListeningSocket(number, inode, parseAddress(columns[1])) : null;
	}

	/**
	 * Decode an address as the kernel prints it: each 32-bit word of the address in the
	 * machine's byte order, the port as a number.
	 * @param text such as {@code 0100007F:1F90}
	 * @return the address
	 * @throws IOException if the address has no valid length
	 */
	static InetSocketAddress parseAddress(String text) throws IOException {
		int colon = text.indexOf(':');
		ByteBuffer words = ByteBuffer.wrap(HexFormat.of().parseHex(text, 0, colon));
		ByteBuffer bytes = ByteBuffer.allocate(words.capacity()).order(ByteOrder.nativeOrder());
		while (words.hasRemaining()) {
			bytes.putInt(words.getInt());
		}
		int port = Integer.parseInt(text, colon + 1, text.length(), 16);
		// getByAddress makes an Inet4Address of a v4-mapped one
		return new InetSocketAddress(InetAddress.getByAddress(bytes.array()), port);
	}

	private static void addListening(Path table, Map<Long, Integer> numbers, List<ListeningSocket> sockets)
			throws IOException {
		try (BufferedReader reader = Files.newBufferedReader(table, StandardCharsets.US_ASCII)) {
			reader.readLine();
			String line = reader.readLine();
			// The kernel lists the listening sockets first (tcp_seq_start in tcp_ipv4.c),
			// so
			// that thousands of connections behind them need not be read
			while (line != null && isListening(line)) {
				ListeningSocket socket = parse(line, numbers);
				if (socket != null) {
					sockets.add(socket);
				}
				line = reader.readLine();
			}
		}
	}

	private static boolean isListening(String line) {
		String[] columns = line.trim().split("\\s+", 5);
		return columns.length > 3 && LISTEN.equals(columns[3]);
	}

	private static Map<Long, Integer> socketNumbers() throws IOException {
		Map<Long, Integer> numbers = new HashMap<>();
		try (DirectoryStream<Path> links = Files.newDirectoryStream(DESCRIPTORS)) {
			for (Path link : links) {
				long inode = socketInode(link);
				if (inode != -1) {
					numbers.putIfAbsent(inode, Integer.valueOf(link.getFileName().toString()));
				}
			}
		}
		return numbers;
	}

	private static long socketInode(Path link) throws IOException {
		try {
			String target = Files.readSymbolicLink(link).toString();
			return target.startsWith(SOCKET_PREFIX)
					? Long.parseLong(target, SOCKET_PREFIX.length(), target.length() - 1, 10) : -1;
		}
		catch (NoSuchFileException ex) {
			// Another thread closed it since the folder was listed
			return -1;
		}
	}

}
