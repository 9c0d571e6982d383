package dev.hotswap.handoff;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.hotswap.HandoffPrecheck;
import dev.hotswap.descriptor.ListeningSocket;
import dev.hotswap.descriptor.ListeningSockets;
import dev.hotswap.listener.Listener;
import dev.hotswap.process.CommandLine;
import dev.hotswap.process.EnvironmentOptions;
import dev.hotswap.web.HandoffConnectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a handoff while this process listens on a TCP port that no connector owns: the
 * successor could not bind it.
 */
final class UnownedListeners implements HandoffPrecheck {

	private static final Path EPHEMERAL_PORTS = Path.of("/proc/sys/net/ipv4/ip_local_port_range");

	private static final Log logger = LogFactory.getLog(UnownedListeners.class);

	private final HandoffSettings settings;

	private final HandoffConnectors connectors;

	UnownedListeners(HandoffSettings settings, HandoffConnectors connectors) {
		this.settings = settings;
		this.connectors = connectors;
	}

	/**
	 * The listening sockets of this process that no connector owns.
	 */
	List<InetSocketAddress> find() throws IOException {
		return ListeningSockets.ofThisProcess()
			.stream()
			.map(ListeningSocket::address)
			.filter((address) -> !isOwned(address))
			.toList();
	}

	@Override
	public @Nullable String refuse() throws IOException {
		if (this.settings.ignoreAllPorts()) {
			return null;
		}
		CommandLine commandLine = CommandLine.ofThisProcess();
		Set<Integer> leftOut = new HashSet<>(commandLine.debugAndJmxPorts());
		leftOut.addAll(EnvironmentOptions.debugAndJmxPorts(System.getenv()));
		boolean hasAgent = commandLine.hasDebugOrJmxAgent() || EnvironmentOptions.hasDebugOrJmxAgent(System.getenv());
		List<String> unowned = new ArrayList<>();
		for (InetSocketAddress socket : find()) {
			int port = socket.getPort();
			if (leftOut.contains(port) || this.settings.ignoredPorts().contains(port)) {
				continue;
			}
			String address = socket.getAddress().getHostAddress() + ":" + port;
			if (hasAgent && isEphemeral(port)) {
				logger.warn("Nobody hands over the listening socket " + address
						+ "; it is taken for one of the debugger's or JMX agent's");
				continue;
			}
			unowned.add(address);
		}
		return unowned.isEmpty() ? null
				: "This process listens on " + String.join(", ", unowned)
						+ ", which no connector owns, so the successor "
						+ "could not bind it. Close it before a handoff, or, if the successor can do without it, "
						+ "add its port to hotswap.launch.ignore-listeners.";
	}

	private boolean isOwned(InetSocketAddress address) {
		return this.connectors.all()
			.stream()
			.anyMatch((connector) -> Listener.isSameAddress(connector.address(), address));
	}

	static boolean isEphemeral(int port) throws IOException {
		// In one read: a sysctl's file gives nothing from an offset on, and
		// Files.readString begins a file that claims to be empty with a single byte
		try (BufferedReader reader = Files.newBufferedReader(EPHEMERAL_PORTS)) {
			String[] range = reader.readLine().trim().split("\\s+");
			return port >= Integer.parseInt(range[0]) && port <= Integer.parseInt(range[1]);
		}
	}

}
