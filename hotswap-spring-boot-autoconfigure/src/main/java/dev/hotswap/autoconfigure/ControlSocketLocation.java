package dev.hotswap.autoconfigure;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

import dev.hotswap.control.ControlPath;
import dev.hotswap.control.Peer;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Where the control socket of an address lies, so that a process finds the instance that
 * serves its address.
 */
final class ControlSocketLocation {

	private static final Pattern INSTANCE = Pattern.compile("[A-Za-z0-9._-]{1,32}");

	private static final int DEFAULT_PORT = 8080;

	private ControlSocketLocation() {
	}

	/**
	 * Find the socket.
	 * @return the path, or empty when the address is not known before the server binds
	 */
	static Optional<Path> find(HotswapProperties properties, Environment environment) {
		String instance = StringUtils.hasText(properties.getInstance()) ? properties.getInstance() : null;
		if (instance != null && !INSTANCE.matcher(instance).matches()) {
			throw new InvalidConfigurationPropertyValueException("hotswap.instance", instance,
					"It becomes part of a file name: letters, digits, '.', '_' and '-', at most 32.");
		}
		if (properties.isReusePort() && instance == null) {
			throw new InvalidConfigurationPropertyValueException("hotswap.reuse-port", true,
					"Instances that share a port need a name each, by which a successor and an operator find the one "
							+ "that they mean: set hotswap.instance.");
		}
		Path configured = properties.getControl().getSocket();
		if (configured != null && !configured.toString().isBlank()) {
			return Optional.of(configured.toAbsolutePath());
		}
		Binder binder = Binder.get(environment);
		int port = binder.bind("server.port", Integer.class).orElse(DEFAULT_PORT);
		if (port <= 0) {
			return Optional.empty();
		}
		InetAddress address = binder.bind("server.address", InetAddress.class).orElse(null);
		String name = describe(address) + "-" + port + ((instance != null) ? "-" + instance : "") + ".sock";
		return Optional.of(defaultFolder().resolve(name));
	}

	private static Path defaultFolder() {
		try {
			return ControlPath.defaultFolder(Peer.ownUid());
		}
		catch (IOException ex) {
			throw new InvalidConfigurationPropertyValueException("hotswap.control.socket", null,
					"Its default contains the user of this process, which cannot be found out (" + ex.getMessage()
							+ "). Name a path.");
		}
	}

	private static String describe(@Nullable InetAddress address) {
		return (address == null || address.isAnyLocalAddress()) ? "any" : address.getHostAddress().replace(':', '_');
	}

}
