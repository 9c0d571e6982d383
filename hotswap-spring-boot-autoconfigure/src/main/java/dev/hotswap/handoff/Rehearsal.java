package dev.hotswap.handoff;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.LockSupport;

import dev.hotswap.web.HandoffConnector;
import dev.hotswap.web.HandoffConnectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Goes through what a process will do as a predecessor, as far as that has no effect:
 * what a JVM has never run it loads, links and interprets first, which would take
 * processors from clients for a tenth of a second when a handoff begins, and again at its
 * cutover. So a successor does it while nobody waits for it, and a process without a
 * predecessor once it is ready.
 */
final class Rehearsal {

	private static final String HANDOFF_ID = "rehearsal";

	/** In which the server has noticed the end of a connection that has moved. */
	private static final Duration INTERVAL = Duration.ofMillis(10);

	private static final Log logger = LogFactory.getLog(Rehearsal.class);

	private final HandoffConnectors connectors;

	private final Step listeners;

	private final SuccessorLaunch launch;

	private final Deployment deployment;

	private final boolean transfer;

	private volatile boolean over;

	/**
	 * Create a rehearsal.
	 * @param listeners looks for the listening sockets of this process
	 * @param transfer whether connections move to a successor
	 */
	Rehearsal(HandoffConnectors connectors, Step listeners, SuccessorLaunch launch, Deployment deployment,
			boolean transfer) {
		this.connectors = connectors;
		this.listeners = listeners;
		this.launch = launch;
		this.deployment = deployment;
		this.transfer = transfer;
	}

	/**
	 * Rehearse. Blocks, usually for some tenths of a second. Whatever goes wrong will be
	 * told when it matters.
	 */
	void run(@Nullable HandoffApplication application) {
		if (application != null) {
			attempt(application::rehearse);
		}
		attempt(this.listeners);
		attempt(() -> this.launch.plan(HANDOFF_ID, this.deployment.jar()));
		if (this.transfer) {
			attempt(this::transfer);
		}
	}

	/**
	 * Begin nothing more.
	 */
	void end() {
		this.over = true;
	}

	/**
	 * This process is its own successor. Begins nothing more after a second; a server
	 * whose threads are blocked may hold it up for some more.
	 */
	private void transfer() {
		HandoffConnector connector = this.connectors.all()
			.stream()
			.filter(HandoffConnector::canTransfer)
			.findFirst()
			.orElse(null);
		if (connector == null) {
			return;
		}
		ConnectionAdoption adoption = new ConnectionAdoption(this.connectors);
		Queue<Frame.Answered> answers = new ArrayDeque<>();
		ConnectionTransfer transfer = new ConnectionTransfer((frame) -> answers.add(adopt(adoption, frame)));
		try {
			while (!this.over && transfer.rehearse(connector)) {
				while (!answers.isEmpty()) {
					transfer.answered(answers.remove());
				}
				LockSupport.parkNanos(INTERVAL.toNanos());
			}
		}
		finally {
			transfer.close();
		}
	}

	private static Frame.Answered adopt(ConnectionAdoption adoption, Frame frame) {
		try {
			if (FrameMessages.read(FrameMessages.write(frame)) instanceof Frame.Connections connections) {
				return adoption.adopt(connections);
			}
			throw new IllegalArgumentException(frame.toString());
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void attempt(Step step) {
		try {
			step.run();
		}
		catch (Throwable ex) {
			logger.debug("A step of the handoff cannot be rehearsed", ex);
		}
	}

	/**
	 * A step.
	 */
	@FunctionalInterface
	interface Step {

		void run() throws Exception;

	}

}
