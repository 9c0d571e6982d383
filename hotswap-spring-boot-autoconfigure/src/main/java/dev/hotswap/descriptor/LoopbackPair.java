package dev.hotswap.descriptor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * Both ends of a connection of this process to itself, which no listener of a server has
 * accepted. Whoever holds it owns both.
 *
 * @param client the end that has connected
 * @param server the other end, not opened as a channel yet
 */
public record LoopbackPair(Socket client, Descriptor server) {

	/** In milliseconds; nothing but this process is in the way. */
	private static final int TIMEOUT = 500;

	/**
	 * Connect, by way of a listener that lives as long as this call.
	 * @return the connection
	 * @throws IOException if this process cannot have one, as at its descriptor limit
	 */
	public static LoopbackPair connect() throws IOException {
		Socket client = new Socket();
		try (ServerSocketChannel meeting = ServerSocketChannel.open()) {
			meeting.socket().setSoTimeout(TIMEOUT);
			meeting.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
			client.setTcpNoDelay(true);
			client.connect(meeting.getLocalAddress(), TIMEOUT);
			return new LoopbackPair(client, serverSide(meeting, client));
		}
		catch (IOException | RuntimeException ex) {
			client.close();
			throw ex;
		}
	}

	/**
	 * Somebody else may find the port in this moment.
	 */
	private static Descriptor serverSide(ServerSocketChannel meeting, Socket client) throws IOException {
		while (true) {
			// Unlike the channel's own accept this one knows a time-out
			try (SocketChannel accepted = meeting.socket().accept().getChannel()) {
				if (client.getLocalSocketAddress().equals(accepted.getRemoteAddress())) {
					return ChannelDescriptors.export(accepted);
				}
			}
		}
	}

}
