package dev.hotswap.listener;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

import dev.hotswap.descriptor.Adoption;
import dev.hotswap.descriptor.Descriptor;
import dev.hotswap.descriptor.ListeningSocket;
import dev.hotswap.descriptor.ListeningSockets;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The listeners that this process was started with, until connectors claim them: those of
 * socket units and of the descriptor store, as sd_listen_fds(3) describes, and the one
 * that inetd passes as standard input. Owns the descriptors of those that nobody has
 * claimed. What is no listening TCP socket is left alone, for the application.
 * Thread-safe.
 */
public final class ActivatedListeners implements AutoCloseable {

	/**
	 * How names begin that we give to what we put into the descriptor store.
	 */
	public static final String STORED_PREFIX = "hotswap.";

	/** {@code SD_LISTEN_FDS_START} of {@code sd-daemon.h}. */
	private static final int FIRST = 3;

	private static final int STANDARD_INPUT = 0;

	private static final Log logger = LogFactory.getLog(ActivatedListeners.class);

	private final List<Activated> unclaimed;

	private ActivatedListeners(List<Activated> listeners) {
		// Of two descriptors of one listener, that of the socket unit tells that it is
		// kept
		this.unclaimed = new ArrayList<>(listeners.stream().sorted(Comparator.comparing(Activated::isStored)).toList());
	}

	/**
	 * The listeners of a process that was started without any.
	 * @return an empty object
	 */
	public static ActivatedListeners none() {
		return new ActivatedListeners(List.of());
	}

	/**
	 * Take over what this process was started with. To be called once in its life; not by
	 * a successor, which inherits its predecessor's standard input but has its own source
	 * of listeners.
	 * @param environment the environment of this process
	 * @param pid its process id
	 * @return the listeners
	 */
	public static ActivatedListeners take(Map<String, String> environment, long pid) {
		return take(environment, pid, FIRST, STANDARD_INPUT);
	}

	static ActivatedListeners take(Map<String, String> environment, long pid, int first, int standardInput) {
		List<Activated> listeners = new ArrayList<>();
		String[] names = environment.getOrDefault("LISTEN_FDNAMES", "").split(":");
		int count = isForUs(environment, pid) ? count(environment) : 0;
		for (int i = 0; i < count; i++) {
			add(listeners, first + i, (i < names.length) ? names[i] : "", false);
		}
		if (count == 0) {
			add(listeners, standardInput, "stdin", true);
		}
		if (!listeners.isEmpty()) {
			logger.info("Started with " + listeners);
		}
		return new ActivatedListeners(listeners);
	}

	private static boolean isForUs(Map<String, String> environment, long pid) {
		String wanted = environment.get("LISTEN_PID");
		if (wanted != null && !wanted.equals(Long.toString(pid))) {
			logger.info("LISTEN_FDS is meant for process " + wanted + ", and this is " + pid
					+ ": a start script has to exec java");
			return false;
		}
		return wanted != null;
	}

	private static int count(Map<String, String> environment) {
		String count = environment.getOrDefault("LISTEN_FDS", "");
		return count.matches("\\d{1,4}") ? Integer.parseInt(count) : 0;
	}

	/**
	 * Standard input keeps its number, since the JDK may close that of anybody else's.
	 */
	private static void add(List<Activated> listeners, int number, String name, boolean keepNumber) {
		try {
			ListeningSocket socket = ListeningSockets.behind(number);
			if (socket != null) {
				Descriptor descriptor = keepNumber ? Descriptor.duplicateOf(number) : Descriptor.take(number);
				listeners.add(new Activated(name, socket.address(), descriptor));
			}
			else if (!keepNumber) {
				logger.info("Descriptor " + number + " '" + name + "' of LISTEN_FDS is no listening TCP socket, "
						+ "and is left to the application");
			}
		}
		catch (IOException ex) {
			logger.warn("Descriptor " + number + " cannot be used, though this process was started with it", ex);
		}
	}

	/**
	 * Claim the listener that belongs to an address.
	 * @param name the connector's name, which decides where two listeners could be meant
	 * @param address the configured address; a port of 0 asks for the listener of that
	 * name
	 * @param adoption makes the connector's channel of the descriptor
	 * @param kept told of a listener that somebody else keeps open
	 * @param <L> the connector's channel
	 * @return the channel, owned by the caller, or {@code null} if there is none
	 * @throws IOException if the descriptor cannot be adopted
	 */
	public synchronized <L> @Nullable L claim(String name, InetSocketAddress address, Adoption<L> adoption,
			KeptListeners kept) throws IOException {
		Activated claimed = find(name, address);
		if (claimed == null) {
			return null;
		}
		this.unclaimed.remove(claimed);
		if (!claimed.isStored()) {
			kept.add(claimed.address());
			closeStored(claimed.address());
		}
		return adoption.adopt(claimed.descriptor());
	}

	/** What the store has beside the socket unit is the same listener. */
	private void closeStored(InetSocketAddress address) {
		this.unclaimed.removeIf((listener) -> {
			boolean same = listener.isStored() && listener.address().equals(address);
			if (same) {
				listener.descriptor().close();
			}
			return same;
		});
	}

	private @Nullable Activated find(String name, InetSocketAddress address) {
		Activated unnamed = null;
		for (Activated listener : this.unclaimed) {
			boolean sameName = listener.connector().equals(name);
			if (address.getPort() == 0 ? sameName : Listener.isSameAddress(listener.address(), address)) {
				if (sameName) {
					return listener;
				}
				unnamed = (unnamed != null) ? unnamed : listener;
			}
		}
		return unnamed;
	}

	/**
	 * Close what nobody has claimed now that all connectors have started, with a log line
	 * for each.
	 */
	public synchronized void closeUnclaimed() {
		this.unclaimed.forEach((listener) -> logger.warn("No connector has claimed " + listener
				+ ", which this process was started with; it is closed here. Whoever connects to it waits for as long "
				+ "as the service manager keeps it"));
		close();
	}

	@Override
	public synchronized void close() {
		this.unclaimed.forEach((listener) -> listener.descriptor().close());
		this.unclaimed.clear();
	}

	/**
	 * A listener with the name that the service manager knows it by.
	 */
	private record Activated(String name, InetSocketAddress address, Descriptor descriptor) {

		/** Nobody but this service has ever listened on it. */
		boolean isStored() {
			return this.name.startsWith(STORED_PREFIX);
		}

		String connector() {
			return isStored() ? this.name.substring(STORED_PREFIX.length()) : this.name;
		}

		@Override
		public String toString() {
			return "'" + this.name + "' " + this.address.getAddress().getHostAddress() + ":" + this.address.getPort();
		}

	}

}
