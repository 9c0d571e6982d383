package dev.hotswap.it.harness;

import java.io.IOException;
import java.net.DatagramPacket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.newsclub.net.unix.AFUNIXDatagramSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/**
 * A service manager's end of {@code NOTIFY_SOCKET}: records what comes, in order.
 */
public final class NotifySocket implements AutoCloseable {

	private static final int MAX_MESSAGE = 4096;

	private final AFUNIXDatagramSocket socket;

	private final List<String> messages = new CopyOnWriteArrayList<>();

	private NotifySocket(AFUNIXDatagramSocket socket) {
		this.socket = socket;
	}

	/**
	 * Bind, and record in the background.
	 * @param path the socket's path
	 * @return the socket
	 * @throws IOException if it cannot be bound
	 */
	public static NotifySocket open(Path path) throws IOException {
		AFUNIXDatagramSocket socket = AFUNIXDatagramSocket.newInstance();
		socket.bind(AFUNIXSocketAddress.of(path));
		NotifySocket opened = new NotifySocket(socket);
		Thread reader = new Thread(opened::read, "notify-socket");
		reader.setDaemon(true);
		reader.start();
		return opened;
	}

	/**
	 * What has come until now.
	 * @return the messages, their lines joined by a space
	 */
	public List<String> messages() {
		return this.messages;
	}

	private void read() {
		try {
			while (!this.socket.isClosed()) {
				DatagramPacket packet = new DatagramPacket(new byte[MAX_MESSAGE], MAX_MESSAGE);
				this.socket.receive(packet);
				this.messages.add(new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8).strip()
					.replace('\n', ' '));
			}
		}
		catch (IOException ex) {
			// Closed
		}
	}

	@Override
	public void close() {
		this.socket.close();
	}

}
