package dev.hotswap.handoff;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import dev.hotswap.HandoffPrecheck;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.listener.Listener;
import dev.hotswap.process.LaunchedProcess;
import dev.hotswap.process.ProcessId;
import dev.hotswap.process.ProcessTree;
import dev.hotswap.web.HandoffConnector;
import dev.hotswap.web.HandoffConnectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * What a predecessor does to the world, in the order of a handoff. Runs on worker
 * threads.
 */
final class PredecessorWork {

	private static final Duration STOP_ACCEPTING_TIMEOUT = Duration.ofSeconds(10);

	private static final Duration REHEARSAL_TIMEOUT = Duration.ofSeconds(3);

	private static final Duration STATUS_TIMEOUT = Duration.ofSeconds(2);

	private static final Log logger = LogFactory.getLog(PredecessorWork.class);

	private final HandoffConnectors connectors;

	private final ControlLinks links;

	private final History history;

	private final HandoffCounts counts;

	private final SuccessorLaunch launch;

	private final Deployment deployment;

	private final Consumer<Event> events;

	private final Prechecks prechecks;

	private final Rehearsal rehearsal;

	private final AtomicReference<@Nullable CompletableFuture<@Nullable Void>> rehearsed = new AtomicReference<>();

	private volatile @Nullable HandoffApplication application;

	/** Completes when the exit of the process launched last has been reported. */
	private volatile CompletableFuture<?> exited = CompletableFuture.completedFuture(null);

	private volatile @Nullable ProcessId launched;

	PredecessorWork(HandoffSettings settings, HandoffConnectors connectors, ControlLinks links, History history,
			HandoffCounts counts, SuccessorLaunch launch, Deployment deployment, HandoffPrecheck controlPath,
			Consumer<Event> events) {
		this.connectors = connectors;
		this.links = links;
		this.history = history;
		this.counts = counts;
		this.launch = launch;
		this.deployment = deployment;
		this.events = events;
		Map<String, HandoffPrecheck> prechecks = new LinkedHashMap<>();
		prechecks.put("controlPath", controlPath);
		UnownedListeners unownedListeners = new UnownedListeners(settings, connectors);
		prechecks.put("unownedListeners", unownedListeners);
		this.prechecks = new Prechecks(prechecks);
		this.rehearsal = new Rehearsal(connectors, unownedListeners::find, launch, deployment,
				settings.transferConnections());
	}

	SuccessorLaunch launch() {
		return this.launch;
	}

	void attach(HandoffApplication application) {
		this.application = application;
		this.prechecks.attach(application);
	}

	/**
	 * Rehearse, once in the life of this process.
	 * @param executor runs it
	 */
	void rehearse(Executor executor) {
		CompletableFuture<@Nullable Void> end = new CompletableFuture<>();
		if (!this.rehearsed.compareAndSet(null, end)) {
			return;
		}
		try {
			executor.execute(() -> {
				try {
					this.rehearsal.run(this.application);
				}
				finally {
					end.complete(null);
				}
			});
		}
		catch (RejectedExecutionException | OutOfMemoryError ex) {
			logger.debug("There is no thread for a rehearsal", ex);
			end.complete(null);
		}
	}

	/**
	 * Prepare for the launch of a successor.
	 * @param executor runs it, for minutes
	 */
	void prepareLaunch(Executor executor) {
		try {
			executor.execute(() -> this.launch.prepare(this.deployment));
		}
		catch (RejectedExecutionException | OutOfMemoryError ex) {
			logger.debug("There is no thread to prepare the launch of a successor", ex);
		}
	}

	private @Nullable String refusal(HandoffTrigger trigger) {
		// It takes memory that the successor is to have
		this.launch.stopPreparing();
		awaitRehearsal();
		return this.prechecks.refusal(trigger);
	}

	/**
	 * It has a listener of its own for a moment, which a precheck would see.
	 */
	private void awaitRehearsal() {
		CompletableFuture<?> rehearsed = this.rehearsed.get();
		if (rehearsed == null) {
			return;
		}
		try {
			rehearsed.get(REHEARSAL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (ExecutionException | TimeoutException ex) {
			logger.debug("The rehearsal is cut short", ex);
			this.rehearsal.end();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	boolean perform(Action action) {
		if (action instanceof Action.RunPrechecks run) {
			this.events.accept(new Event.PrechecksDone(run.handoffId(), refusal(run.trigger())));
		}
		else if (action instanceof Action.Verify verify) {
			verify(verify);
		}
		else if (action instanceof Action.Launch launch) {
			launch(launch.handoffId());
		}
		else if (action instanceof Action.SendOffer offer) {
			sendOffer(offer);
		}
		else if (action instanceof Action.StopAccepting) {
			stopAccepting();
		}
		else if (action instanceof Action.Fence fence) {
			fence(fence);
		}
		else {
			return false;
		}
		return true;
	}

	private void verify(Action.Verify verify) {
		String problem;
		try {
			problem = this.deployment.verify(verify.release());
		}
		catch (IOException | RuntimeException ex) {
			logger.error("The release could not be verified", ex);
			problem = "The release could not be verified: " + ex;
		}
		this.events.accept(new Event.Verified(verify.handoffId(), problem));
	}

	private void launch(String handoffId) {
		try {
			LaunchedProcess process = this.launch.launch(handoffId, this.deployment.jar());
			logger.info("Handoff " + handoffId + ": launched pid " + process.id().pid());
			this.events.accept(new Event.Launched(process.id()));
			this.exited = process.onExit()
				.thenAccept((status) -> this.events.accept(new Event.SuccessorExited(process.id(), status)));
			this.launched = process.id();
		}
		catch (IOException | RuntimeException ex) {
			this.events.accept(new Event.LaunchFailed("The successor could not be launched: " + ex.getMessage()));
		}
	}

	private void sendOffer(Action.SendOffer send) {
		List<Listener> listeners = new ArrayList<>();
		try {
			for (HandoffConnector connector : this.connectors.all()) {
				listeners.add(new Listener(connector.name(), connector.address(), connector.scheme(),
						connector.exportListener()));
			}
			// From here on the message owns the descriptors, also when it cannot be built
			this.links.send(send.link(),
					FrameMessages
						.write(new Frame.Offer(HandoffMachine.PROTOCOL_VERSION, send.handoffId(), send.trigger(),
								send.from(), listeners, send.launched() ? this.launch.originToPassOn() : null,
								this.history.records(), this.counts.past(), this.connectors.recorder().sample())));
		}
		catch (IOException | RuntimeException ex) {
			listeners.forEach((listener) -> listener.descriptor().close());
			this.events.accept(
					new Event.OfferFailed(send.handoffId(), "The listeners could not be offered: " + ex.getMessage()));
		}
	}

	private void stopAccepting() {
		try {
			this.connectors.stopAccepting(STOP_ACCEPTING_TIMEOUT);
		}
		catch (IOException | RuntimeException ex) {
			logger.error("A connector did not stop accepting; it shares its listener with the successor until "
					+ "this process exits", ex);
		}
		this.events.accept(new Event.AcceptingStopped());
	}

	private void fence(Action.Fence fence) {
		ProcessTree tree = ProcessTree.of(fence.processes());
		boolean dead = tree.fence(fence.grace(), fence.termGrace());
		if (dead) {
			fence.processes().forEach(this::awaitExit);
		}
		this.events.accept(new Event.Fenced(fence.handoffId(), dead));
		tree.fenceDescendants(fence.termGrace());
	}

	/**
	 * Let the exit of a dead process be reported before its death, if this process has
	 * launched it: a zombie is dead already.
	 */
	void awaitExit(ProcessId process) {
		if (!process.equals(this.launched)) {
			return;
		}
		try {
			this.exited.get(STATUS_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (ExecutionException | TimeoutException ex) {
			logger.warn("The exit status of process " + process.pid() + " is not known", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
