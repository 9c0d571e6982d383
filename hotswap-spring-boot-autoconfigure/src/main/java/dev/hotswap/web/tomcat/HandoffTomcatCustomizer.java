package dev.hotswap.web.tomcat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.hotswap.web.ConnectionMonitoring;
import dev.hotswap.web.HandoffConnectors;
import dev.hotswap.web.ListenerSource;
import org.apache.catalina.Lifecycle;
import org.apache.catalina.connector.Connector;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.tomcat.TomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;

/**
 * {@link WebServerFactoryCustomizer} that has a Tomcat server take part in handoffs: the
 * main connector under the given name, and additional connectors that are built with
 * {@link HandoffNioProtocol} as {@code <name>-<port>}. Others are named in a warning.
 * Applied last, so that it sees the protocol that the application wants.
 */
public final class HandoffTomcatCustomizer
		implements WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory>, Ordered {

	private static final Log logger = LogFactory.getLog(HandoffTomcatCustomizer.class);

	private final String name;

	private final ListenerSource source;

	private final HandoffConnectors connectors;

	private final ConnectionMonitoring monitoring;

	private final boolean reusePort;

	/**
	 * Create a customizer for one server.
	 * @param name the name of its main connector
	 * @param source where listeners come from
	 * @param connectors the registry of connectors
	 * @param monitoring how to watch the connections
	 */
	public HandoffTomcatCustomizer(String name, ListenerSource source, HandoffConnectors connectors,
			ConnectionMonitoring monitoring) {
		this(name, source, connectors, monitoring, false);
	}

	/**
	 * Create a customizer for one server.
	 * @param name the name of its main connector
	 * @param source where listeners come from
	 * @param connectors the registry of connectors
	 * @param monitoring how to watch the connections
	 * @param reusePort whether other processes of the same user may listen on the same
	 * ports ({@code SO_REUSEPORT} of socket(7)), all of which set it; for listeners that
	 * the server binds itself
	 */
	public HandoffTomcatCustomizer(String name, ListenerSource source, HandoffConnectors connectors,
			ConnectionMonitoring monitoring, boolean reusePort) {
		this.reusePort = reusePort;
		this.monitoring = monitoring;
		this.name = name;
		this.source = source;
		this.connectors = connectors;
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public void customize(ConfigurableTomcatWebServerFactory factory) {
		if (factory instanceof TomcatWebServerFactory tomcat
				&& TomcatWebServerFactory.DEFAULT_PROTOCOL.equals(tomcat.getProtocol())) {
			tomcat.setProtocol(HandoffNioProtocol.class.getName());
		}
		factory.addConnectorCustomizers(this::joinServer);
	}

	private void joinServer(Connector main) {
		join(main, this.name);
		// Additional connectors get no customizers and may be added later than this. All
		// of them are there when the first connector is initialized, and none is bound.
		main.addLifecycleListener((event) -> {
			if (Lifecycle.BEFORE_INIT_EVENT.equals(event.getType())) {
				joinOthers(main);
			}
		});
	}

	private void join(Connector connector, String name) {
		if (connector.getProtocolHandler() instanceof HandoffNioProtocol protocol) {
			join(protocol, name);
		}
		else {
			logger.warn("Connector '" + name + "' is not handed over, because the application has set its protocol to "
					+ connector.getProtocolHandlerClassName());
		}
	}

	private void join(HandoffNioProtocol protocol, String name) {
		protocol.setReusePort(this.reusePort);
		protocol.join(name, this.source, this.connectors, this.monitoring);
	}

	private void joinOthers(Connector main) {
		Set<String> unlogged = AccessLogs.conditions(main.getService().getContainer());
		leaveOut(main, unlogged);
		List<String> left = new ArrayList<>();
		Set<String> names = new HashSet<>(Set.of(this.name));
		for (Connector connector : main.getService().findConnectors()) {
			if (connector == main) {
				continue;
			}
			String name = uniqueName(names, this.name + "-" + connector.getPortWithOffset());
			if (connector.getProtocolHandler() instanceof HandoffNioProtocol protocol) {
				join(protocol, name);
				leaveOut(connector, unlogged);
			}
			else {
				left.add("'" + name + "'");
			}
		}
		if (!left.isEmpty()) {
			logger.warn("Additional connectors not handed over: " + String.join(", ", left)
					+ "; build them with new Connector(HandoffNioProtocol.class.getName())");
		}
	}

	private static void leaveOut(Connector connector, Set<String> unlogged) {
		if (connector.getProtocolHandler() instanceof HandoffNioProtocol protocol) {
			protocol.setWarmUpAttributes(unlogged);
		}
	}

	/**
	 * Connectors on random ports share a port of 0.
	 */
	private static String uniqueName(Set<String> names, String name) {
		String unique = name;
		for (int i = 2; !names.add(unique); i++) {
			unique = name + "-" + i;
		}
		return unique;
	}

}
