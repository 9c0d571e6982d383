package dev.hotswap.benchmark.app;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.NioEndpoint;
import org.jspecify.annotations.Nullable;

/**
 * Tomcat's protocol with a listener that shares its port. Tomcat has no such setting.
 */
public class ReusePortProtocol extends Http11NioProtocol {

	/**
	 * Create the protocol, with an endpoint of its own.
	 */
	public ReusePortProtocol() {
		super(new ReusePortEndpoint());
	}

	private static final class ReusePortEndpoint extends NioEndpoint {

		private volatile @Nullable ServerSocketChannel listener;

		@Override
		protected void initServerSocket() throws IOException {
			ServerSocketChannel channel = ServerSocketChannel.open();
			this.socketProperties.setProperties(channel.socket());
			channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
			channel.bind(new InetSocketAddress(getAddress(), getPortWithOffset()), getAcceptCount());
			this.listener = channel;
		}

		@Override
		protected @Nullable ServerSocketChannel getServerSocket() {
			return this.listener;
		}

		@Override
		protected SocketChannel serverSocketAccept() throws IOException {
			ServerSocketChannel channel = this.listener;
			if (channel == null) {
				throw new IOException("The listener is closed");
			}
			return channel.accept();
		}

		@Override
		protected void doCloseServerSocket() throws IOException {
			ServerSocketChannel channel = this.listener;
			if (channel != null) {
				channel.close();
			}
			this.listener = null;
		}

	}

}
