package dev.hotswap.process;

import java.io.FileDescriptor;
import java.io.IOException;
import java.net.DatagramPacket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.hotswap.descriptor.Descriptor;
import org.newsclub.net.unix.AFUNIXDatagramSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import org.newsclub.net.unix.FileDescriptorCast;

/**
 * A service manager's end of {@code NOTIFY_SOCKET}: records what comes, in order.
 */
public final class NotifySocket implements AutoCloseable {

	private static final int MAX_MESSAGE = 4096;

	private final AFUNIXDatagramSocket socket;

	private final Thread reader = new Thread(this::read, "notify-socket");

	private final List<String> messages = new CopyOnWriteArrayList<>();

	private final List<Descriptor> descriptors = new CopyOnWriteArrayList<>();

	private NotifySocket(AFUNIXDatagramSocket socket) {
		this.socket = socket;
	}

	/** Bind, and record in the background. */
	public static NotifySocket open(AFUNIXSocketAddress address) throws IOException {
		NotifySocket opened = bind(address);
		opened.reader.setDaemon(true);
		opened.reader.start();
		return opened;
	}

	/** Bind, and read nothing. */
	static NotifySocket bind(AFUNIXSocketAddress address) throws IOException {
		AFUNIXDatagramSocket socket = AFUNIXDatagramSocket.newInstance();
		socket.bind(address);
		socket.setAncillaryReceiveBufferSize(1024);
		return new NotifySocket(socket);
	}

	/** Each message, its lines joined by a space. */
	public List<String> messages() {
		return this.messages;
	}

	/** What came along, in the order of the messages. */
	List<Descriptor> descriptors() {
		return this.descriptors;
	}

	private void read() {
		try {
			while (!this.socket.isClosed()) {
				DatagramPacket packet = new DatagramPacket(new byte[MAX_MESSAGE], MAX_MESSAGE);
				this.socket.receive(packet);
				FileDescriptor[] received = this.socket.getReceivedFileDescriptors();
				if (received != null) {
					for (FileDescriptor each : received) {
						// junixsocket closes what it received
						FileDescriptor duplicate = FileDescriptorCast.duplicating(each).getFileDescriptor();
						this.descriptors.add(Descriptor.own(duplicate));
					}
				}
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
		this.descriptors.forEach(Descriptor::close);
	}

}
