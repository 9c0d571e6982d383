package dev.hotswap.web.netty;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.function.Supplier;

import dev.hotswap.web.ConnectionMonitoring;
import dev.hotswap.web.HandoffConnectors;
import dev.hotswap.web.ListenerSource;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerConfig;
import reactor.netty.http.server.ProxyProtocolSupportType;
import reactor.netty.resources.LoopResources;

import org.springframework.http.client.ReactorResourceFactory;

/**
 * One server on its way into handoffs. Reactor Netty asks its {@link LoopResources} for
 * the listener's channel, without saying for which server, so that each server has its
 * own; they lead to the application's event loops.
 */
final class HandoffServer {

	private static final Log logger = LogFactory.getLog(HandoffServer.class);

	private final String name;

	private final ListenerSource source;

	private final HandoffConnectors connectors;

	private final ConnectionMonitoring monitoring;

	private final boolean reusePort;

	private volatile @Nullable HttpServerConfig config;

	HandoffServer(String name, ListenerSource source, HandoffConnectors connectors, ConnectionMonitoring monitoring,
			boolean reusePort) {
		this.reusePort = reusePort;
		this.name = name;
		this.source = source;
		this.connectors = connectors;
		this.monitoring = monitoring;
	}

	/**
	 * Have a server that the application has configured take part.
	 * @param server the server
	 * @param hasResources whether its event loops are set afterwards
	 * @return the server with our parts
	 */
	HttpServer customize(HttpServer server, boolean hasResources) {
		HttpServer own = hasResources ? server : server.runOn(through(server.configuration().loopResources()),
				server.configuration().isPreferNative());
		return own.doOnBind(this::prepare).doOnChannelInit((observer, channel, remoteAddress) -> join(channel));
	}

	/**
	 * Event loops that create this server's listener.
	 * @param resources the application's event loops
	 * @return the same with our listener
	 */
	LoopResources through(LoopResources resources) {
		return new HandoffLoopResources(resources, this);
	}

	/**
	 * What {@link #through} does, for a server whose event loops a factory provides.
	 * @param factory the application's factory, used when the server starts
	 * @return a factory that leads to it
	 */
	ReactorResourceFactory through(ReactorResourceFactory factory) {
		return new ReactorResourceFactory() {

			@Override
			public LoopResources getLoopResources() {
				return HandoffServer.this.through(factory.getLoopResources());
			}

		};
	}

	private static void join(Channel channel) {
		HandoffConnection connection = (channel instanceof SocketChannel socket) ? HandoffConnection.of(socket) : null;
		if (connection != null) {
			connection.join(channel.pipeline());
		}
	}

	/** Called when the server binds, before it asks for the channel. */
	private void prepare(HttpServerConfig config) {
		this.config = config;
		if (!(config.loopResources() instanceof HandoffLoopResources)) {
			warn("the application has its server run on event loops of its own (runOn), set after our customizer");
		}
	}

	<C extends Channel> C createChannel(Class<C> type, EventLoopGroup group, LoopResources resources) {
		HttpServerConfig config = this.config;
		if (config == null) {
			return resources.onChannel(type, group);
		}
		InetSocketAddress address = address(config);
		if (type != ServerSocketChannel.class || address == null) {
			warn("it uses a Unix domain socket or HTTP/3");
			return resources.onChannel(type, group);
		}
		Class<? extends C> implementation = resources.onChannelClass(type, group);
		Transport transport = Transport.of(implementation);
		if (transport == null) {
			warn("it uses Netty's transport with " + implementation.getName());
			return resources.onChannel(type, group);
		}
		return type.cast(createListener(config, transport, address,
				() -> unbound(transport, (ServerSocketChannel) resources.onChannel(type, group))));
	}

	private ServerSocketChannel unbound(Transport transport, ServerSocketChannel channel) {
		if (this.reusePort) {
			transport.reusePort(channel);
		}
		return channel;
	}

	private ServerSocketChannel createListener(HttpServerConfig config, Transport transport, InetSocketAddress address,
			Supplier<ServerSocketChannel> unbound) {
		boolean encrypted = config.sslProvider() != null;
		ServerSocketChannel claimed;
		try {
			claimed = this.source.claim(this.name, address, encrypted ? "https" : "http", transport::adoptListener);
		}
		catch (IOException ex) {
			throw new ChannelException("The listener of connector '" + this.name + "' cannot be taken over", ex);
		}
		ServerSocketChannel channel = (claimed != null) ? claimed : unbound.get();
		boolean addressesInBand = config.proxyProtocolSupportType() != ProxyProtocolSupportType.OFF;
		NettyHandoffConnector connector = new NettyHandoffConnector(this.name, channel, transport, encrypted,
				addressesInBand, this.monitoring, this.connectors.recorder(), config.channelGroup());
		channel.pipeline().addLast(new ListenerHandler(connector, this.connectors, claimed != null));
		return channel;
	}

	private static @Nullable InetSocketAddress address(HttpServerConfig config) {
		Supplier<? extends SocketAddress> supplier = config.bindAddress();
		if (supplier == null || !(supplier.get() instanceof InetSocketAddress address)) {
			return null;
		}
		return address.isUnresolved() ? new InetSocketAddress(address.getHostString(), address.getPort()) : address;
	}

	private void warn(String reason) {
		logger.warn("Connector '" + this.name + "' is not handed over, because " + reason);
	}

}
