package dev.hotswap.web;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The connectors of this process, and the gate they share: a connector that registers
 * while the gates are closed stays closed until all are opened. Thread-safe.
 */
public final class HandoffConnectors {

	private final List<HandoffConnector> connectors = new ArrayList<>();

	private final List<Consumer<HandoffConnector>> watchers = new ArrayList<>();

	private final RequestRecorder recorder;

	private boolean open;

	/**
	 * Create a registry whose connectors record nothing.
	 * @param open whether connectors open their gates as soon as they start, as in an
	 * application that succeeds nobody
	 */
	public HandoffConnectors(boolean open) {
		this(open, new RequestRecorder(false));
	}

	/**
	 * Create a registry.
	 * @param open whether connectors open their gates as soon as they start, as in an
	 * application that succeeds nobody
	 * @param recorder records what the connectors serve
	 */
	public HandoffConnectors(boolean open, RequestRecorder recorder) {
		this.open = open;
		this.recorder = recorder;
	}

	/**
	 * The recorder of what the connectors serve.
	 * @return the recorder
	 */
	public RequestRecorder recorder() {
		return this.recorder;
	}

	/**
	 * Add a connector whose listener is bound; opens its gate if the gates are open.
	 * @param connector the connector
	 */
	public synchronized void register(HandoffConnector connector) {
		this.connectors.add(connector);
		if (this.open) {
			connector.openGate();
		}
		this.watchers.forEach((watcher) -> watcher.accept(connector));
	}

	/**
	 * Be told of the connectors that there are, and of those to come, when they register.
	 * @param watcher is told of each, on the thread that registers it, which it must not
	 * block
	 */
	public synchronized void watch(Consumer<HandoffConnector> watcher) {
		this.watchers.add(watcher);
		this.connectors.forEach(watcher);
	}

	/**
	 * Remove a connector whose listener is about to close.
	 * @param connector the connector
	 */
	public synchronized void unregister(HandoffConnector connector) {
		this.connectors.remove(connector);
	}

	/**
	 * The connectors that hold a listener now.
	 * @return a copy, in the order of registration
	 */
	public synchronized List<HandoffConnector> all() {
		return List.copyOf(this.connectors);
	}

	/**
	 * Whether the gates are open.
	 * @return whether connectors accept
	 */
	public synchronized boolean isOpen() {
		return this.open;
	}

	/**
	 * Open all gates, and those of connectors still to come.
	 */
	public synchronized void openGates() {
		this.open = true;
		this.connectors.forEach(HandoffConnector::openGate);
	}

	/**
	 * Have the connectors that there are accept a share of the new connections, see
	 * {@link HandoffConnector#acceptShare}.
	 * @param share between 0 and 1
	 */
	public void acceptShare(double share) {
		all().forEach((connector) -> connector.acceptShare(share));
	}

	/**
	 * Close all gates and wait until nothing more will be accepted.
	 * @param timeout how long to wait at most for each connector
	 * @throws IOException if a connector did not stop in time; the others have stopped
	 */
	public void stopAccepting(Duration timeout) throws IOException {
		shut((connector) -> connector.stopAccepting(timeout));
	}

	/**
	 * Empty the accept queues and close the listeners that belong to this process alone.
	 * Of the others only the gates close, so that clients wait for whoever accepts next.
	 * @param timeout how long each connector may accept at most
	 * @param keptOpen whether somebody else keeps a connector's listener open
	 * @throws IOException if the queue of a connector may not have been empty
	 */
	public void closeListeners(Duration timeout, Predicate<HandoffConnector> keptOpen) throws IOException {
		shut((connector) -> {
			if (keptOpen.test(connector)) {
				connector.stopAccepting(timeout);
			}
			else {
				connector.closeListener(timeout);
			}
		});
	}

	private void shut(Shutting shutting) throws IOException {
		List<HandoffConnector> connectors;
		synchronized (this) {
			this.open = false;
			connectors = List.copyOf(this.connectors);
		}
		IOException failure = null;
		for (HandoffConnector connector : connectors) {
			try {
				shutting.shut(connector);
			}
			catch (IOException ex) {
				if (failure == null) {
					failure = ex;
				}
				else {
					failure.addSuppressed(ex);
				}
			}
		}
		if (failure != null) {
			throw failure;
		}
	}

	/**
	 * Count the connections of all connectors.
	 * @return the sums
	 */
	public Census census() {
		return all().stream().map(HandoffConnector::census).reduce(new Census(0, 0, 0), Census::plus);
	}

	/**
	 * Add up the figures of the connectors that hold a listener now.
	 * @return the sums
	 */
	public ConnectorFigures figures() {
		return all().stream().map(HandoffConnector::figures).reduce(ConnectorFigures.NONE, ConnectorFigures::plus);
	}

	private interface Shutting {

		void shut(HandoffConnector connector) throws IOException;

	}

}
