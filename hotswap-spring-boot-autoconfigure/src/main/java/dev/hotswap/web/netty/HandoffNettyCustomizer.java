package dev.hotswap.web.netty;

import java.lang.reflect.Field;

import dev.hotswap.web.ConnectionMonitoring;
import dev.hotswap.web.HandoffConnectors;
import dev.hotswap.web.ListenerSource;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;
import org.springframework.http.client.ReactorResourceFactory;

/**
 * {@link WebServerFactoryCustomizer} that has a Reactor Netty server take part in
 * handoffs. The server keeps the event loops, and so the threads, that the application
 * gives it. Applied last, so that it sees the server as the application wants it.
 */
public final class HandoffNettyCustomizer
		implements WebServerFactoryCustomizer<NettyReactiveWebServerFactory>, Ordered {

	private static final Log logger = LogFactory.getLog(HandoffNettyCustomizer.class);

	private final String name;

	private final ListenerSource source;

	private final HandoffConnectors connectors;

	private final ConnectionMonitoring monitoring;

	private final boolean reusePort;

	/**
	 * Create a customizer for one server.
	 * @param name the name of its connector
	 * @param source where its listener comes from
	 * @param connectors the registry of connectors
	 * @param monitoring how to watch the connections
	 */
	public HandoffNettyCustomizer(String name, ListenerSource source, HandoffConnectors connectors,
			ConnectionMonitoring monitoring) {
		this(name, source, connectors, monitoring, false);
	}

	/**
	 * Create a customizer for one server.
	 * @param name the name of its connector
	 * @param source where its listener comes from
	 * @param connectors the registry of connectors
	 * @param monitoring how to watch the connections
	 * @param reusePort whether other processes of the same user may listen on the same
	 * port ({@code SO_REUSEPORT} of socket(7)), all of which set it; for a listener that
	 * the server binds itself
	 */
	public HandoffNettyCustomizer(String name, ListenerSource source, HandoffConnectors connectors,
			ConnectionMonitoring monitoring, boolean reusePort) {
		this.reusePort = reusePort;
		this.name = name;
		this.source = source;
		this.connectors = connectors;
		this.monitoring = monitoring;
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public void customize(NettyReactiveWebServerFactory factory) {
		ReactorResourceFactory resources;
		try {
			// The factory shows them to the server only, which applies them after all
			// customizers
			Field field = NettyReactiveWebServerFactory.class.getDeclaredField("resourceFactory");
			field.setAccessible(true);
			resources = (ReactorResourceFactory) field.get(factory);
		}
		catch (ReflectiveOperationException | RuntimeException ex) {
			logger.warn("Connector '" + this.name + "' is not handed over, because this version of Spring Boot does "
					+ "not show its server's event loops", ex);
			return;
		}
		HandoffServer server = new HandoffServer(this.name, this.source, this.connectors, this.monitoring,
				this.reusePort);
		if (resources != null) {
			factory.setResourceFactory(server.through(resources));
		}
		factory.addServerCustomizers((http) -> server.customize(http, resources != null));
	}

}
