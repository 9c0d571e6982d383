package dev.hotswap.trigger;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Starts a handoff on a signal. The handler is installed as early as possible and ignores
 * the signal until somebody listens: the default action of SIGUSR1 and SIGUSR2 kills the
 * process (signal(7)).
 */
public final class SignalTrigger implements SignalHandler {

	private volatile @Nullable Consumer<String> listener;

	private @Nullable String installed;

	private @Nullable SignalHandler former;

	/**
	 * Handle a signal from now on; a signal handled before keeps being ignored, since a
	 * script may send it still.
	 * @param name the name without SIG, such as {@code USR1}
	 * @throws SignalUnavailableException if the JVM refuses the signal or it is unknown
	 */
	public void install(String name) {
		if (name.equals(this.installed)) {
			return;
		}
		try {
			SignalHandler former = Signal.handle(new Signal(name), this);
			if (this.installed == null) {
				this.former = former;
			}
			this.installed = name;
		}
		catch (IllegalArgumentException ex) {
			throw new SignalUnavailableException(name, ex);
		}
	}

	/**
	 * Put back what was there before, for an application that Hotswap leaves alone.
	 */
	public void uninstall() {
		if (this.installed != null && this.former != null) {
			Signal.handle(new Signal(this.installed), this.former);
			this.installed = null;
		}
	}

	/**
	 * Listen from now on.
	 * @param listener called with the signal's name, on the JVM's signal thread; must not
	 * block
	 */
	public void listen(Consumer<String> listener) {
		this.listener = listener;
	}

	@Override
	public void handle(Signal signal) {
		Consumer<String> listener = this.listener;
		if (listener != null && signal.getName().equals(this.installed)) {
			listener.accept(signal.getName());
		}
	}

}
