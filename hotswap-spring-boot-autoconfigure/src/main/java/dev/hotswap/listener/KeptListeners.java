package dev.hotswap.listener;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The listeners that the service manager, or inetd, keeps open whatever becomes of this
 * service. Nobody may have the kernel refuse connects to one: clients wait in its accept
 * queue for the service to start again. Successors learn of them from their environment.
 * Thread-safe.
 */
public final class KeptListeners {

	/**
	 * The variable in a successor's environment.
	 */
	public static final String VARIABLE = "HOTSWAP_KEPT_LISTENERS";

	private static final Log logger = LogFactory.getLog(KeptListeners.class);

	private final List<InetSocketAddress> addresses;

	private KeptListeners(List<InetSocketAddress> addresses) {
		this.addresses = new CopyOnWriteArrayList<>(addresses);
	}

	/**
	 * Learn what was known when this process was started.
	 * @param environment the environment of this process
	 * @return the listeners
	 */
	public static KeptListeners of(Map<String, String> environment) {
		String text = environment.getOrDefault(VARIABLE, "");
		try {
			return new KeptListeners(Arrays.stream(text.split(" "))
				.filter((word) -> !word.isEmpty())
				.map(KeptListeners::parse)
				.toList());
		}
		catch (IllegalArgumentException ex) {
			logger.warn("What " + VARIABLE + " says is not understood: " + text);
			return new KeptListeners(List.of());
		}
	}

	void add(InetSocketAddress address) {
		this.addresses.add(address);
	}

	/**
	 * Whether nobody keeps a listener open.
	 * @return {@code true} if all of them end with this service
	 */
	public boolean isEmpty() {
		return this.addresses.isEmpty();
	}

	/**
	 * Whether the listener of an address is kept open by somebody else.
	 * @param address the address
	 * @return {@code true} if this process cannot end it
	 */
	public boolean contains(InetSocketAddress address) {
		return this.addresses.stream().anyMatch((kept) -> Listener.isSameAddress(kept, address));
	}

	private static InetSocketAddress parse(String word) {
		int slash = word.indexOf('/');
		try {
			return new InetSocketAddress(InetAddress.getByAddress(HexFormat.of().parseHex(word, 0, Math.max(slash, 0))),
					Integer.parseInt(word.substring(slash + 1)));
		}
		catch (UnknownHostException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

	/**
	 * The variable's value.
	 */
	@Override
	public String toString() {
		return this.addresses.stream()
			.map((kept) -> HexFormat.of().formatHex(kept.getAddress().getAddress()) + "/" + kept.getPort())
			.collect(Collectors.joining(" "));
	}

}
