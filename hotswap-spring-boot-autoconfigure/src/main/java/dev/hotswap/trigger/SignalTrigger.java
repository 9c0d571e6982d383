package dev.hotswap.trigger;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Starts a handoff on a signal. The handler is installed as early as possible and ignores
 * the signal until somebody listens: the default action of SIGUSR1 and SIGUSR2 kills the
 * process (signal(7)). Thread-safe.
 */
public final class SignalTrigger {

	private volatile @Nullable Consumer<String> listener;

	private final Map<String, String> environment;

	private final Map<String, SignalHandler> former = new LinkedHashMap<>();

	private volatile @Nullable String installed;

	/**
	 * Create a trigger that handles no signal yet.
	 * @param environment the environment variables of this process
	 */
	public SignalTrigger(Map<String, String> environment) {
		this.environment = environment;
	}

	/**
	 * Handle a signal from now on; a signal handled before keeps being ignored, since a
	 * script may send it still.
	 * @param name the name without SIG, such as {@code USR1}
	 * @throws SignalUnavailableException if the JVM refuses the signal, it is unknown, or
	 * it has another meaning
	 */
	public synchronized void install(String name) {
		String reserved = ReservedSignals.reason(name, this.environment);
		if (reserved != null) {
			throw new SignalUnavailableException(name, reserved, null);
		}
		if (!this.former.containsKey(name)) {
			try {
				this.former.put(name, Signal.handle(new Signal(name), this::handle));
			}
			catch (IllegalArgumentException ex) {
				throw new SignalUnavailableException(name, String.valueOf(ex.getMessage()), ex);
			}
		}
		this.installed = name;
	}

	/**
	 * Put back what was there before, for an application that Hotswap leaves alone.
	 */
	public synchronized void uninstall() {
		this.installed = null;
		this.former.forEach((name, handler) -> Signal.handle(new Signal(name), handler));
		this.former.clear();
	}

	/**
	 * Listen from now on.
	 * @param listener called with the signal's name, on the JVM's signal thread; must not
	 * block
	 */
	public void listen(Consumer<String> listener) {
		this.listener = listener;
	}

	private void handle(Signal signal) {
		Consumer<String> listener = this.listener;
		if (listener != null && signal.getName().equals(this.installed)) {
			listener.accept(signal.getName());
		}
	}

}
