package dev.hotswap.handoff;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;

import dev.hotswap.FailureCode;
import dev.hotswap.Handoff;
import dev.hotswap.HandoffRefusedException;
import dev.hotswap.HandoffStatus;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Role;
import dev.hotswap.control.ControlPath;
import dev.hotswap.descriptor.Adoption;
import dev.hotswap.listener.ActivatedListeners;
import dev.hotswap.listener.OfferedListeners;
import dev.hotswap.listener.SchemeMismatchException;
import dev.hotswap.process.GentleStart;
import dev.hotswap.process.ProcessLauncher;
import dev.hotswap.process.ServiceManager;
import dev.hotswap.web.HandoffConnector;
import dev.hotswap.web.HandoffConnectors;
import dev.hotswap.web.RequestRecorder;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The handoffs of this process, from its start to its end: first as a successor, if there
 * is somebody to succeed, then as a predecessor. Thread-safe; the work is done by
 * {@link EventLoop}.
 */
public final class HandoffEngine implements Handoff {

	private static final Log logger = LogFactory.getLog(HandoffEngine.class);

	private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);

	/** Above all deadlines that the machine keeps while the main thread waits for it. */
	private static final Duration OFFER_TIMEOUT = Duration.ofMinutes(5);

	private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);

	private final HandoffSettings settings;

	private final Deployment deployment;

	private final HandoffConnectors connectors;

	private final HandoffWorld world;

	private final EventLoop loop;

	private final GentleStart gentleStart;

	private final Map<String, String> environment;

	/** Who launched this process, if that was a predecessor. */
	private final @Nullable LaunchMarker marker;

	private final @Nullable ServiceNotices notices;

	/** It rehearses with its warm-up, before anybody waits for it. */
	private volatile boolean succeeding;

	private volatile OfferedListeners offered = new OfferedListeners(List.of());

	private volatile ActivatedListeners activated = ActivatedListeners.none();

	/**
	 * Create the engine of a process.
	 * @param settings its configuration
	 * @param launcher launches successors
	 */
	public HandoffEngine(HandoffSettings settings, ProcessLauncher launcher) {
		this(settings, launcher, Deployment.NONE, GentleStart.none());
	}

	/**
	 * Create the engine of a process that runs from files which a handoff concerns.
	 * @param settings its configuration
	 * @param launcher launches successors
	 * @param deployment the files
	 * @param gentleStart what this process ends before it serves
	 */
	public HandoffEngine(HandoffSettings settings, ProcessLauncher launcher, Deployment deployment,
			GentleStart gentleStart) {
		this(settings, launcher, deployment, gentleStart, ProcessExit::exit, System.getenv());
	}

	HandoffEngine(HandoffSettings settings, ProcessLauncher launcher, Deployment deployment,
			BiConsumer<Integer, @Nullable HandoffApplication> exit) {
		this(settings, launcher, deployment, GentleStart.none(), exit, System.getenv());
	}

	HandoffEngine(HandoffSettings settings, ProcessLauncher launcher, Deployment deployment, GentleStart gentleStart,
			BiConsumer<Integer, @Nullable HandoffApplication> exit, Map<String, String> environment) {
		this.settings = settings;
		this.deployment = deployment;
		this.gentleStart = gentleStart;
		this.environment = environment;
		this.marker = LaunchMarker.of(environment.get(LaunchMarker.VARIABLE)).orElse(null);
		this.connectors = new HandoffConnectors(false, new RequestRecorder(settings.recordRequests()));
		HandoffMachine machine = new HandoffMachine(settings.application(), ProcessHandle.current().pid(),
				settings.release(), settings.limits(), new HandoffIds(), System.nanoTime());
		this.notices = ServiceManager.find(environment, ProcessHandle.current().pid())
			.map((manager) -> new ServiceNotices(manager, this.connectors, settings,
					(this.marker != null) ? this.marker.predecessor() : null))
			.orElse(null);
		this.loop = new EventLoop(machine, this.notices);
		this.world = new HandoffWorld(settings, this.connectors, launcher, deployment, gentleStart, exit,
				this.loop::post);
		this.world.operators().attach(this::status);
		this.loop.start(this.world);
	}

	/**
	 * Succeed the process that launched this one, or the one that is to be taken over; or
	 * find that there is nobody to succeed. Called on the main thread once the
	 * environment is complete and before any web server is created; blocks while the
	 * predecessor checks, for minutes at most.
	 * @return whether there is a predecessor, which serves for now
	 * @throws HandoffFailedException if there is a predecessor but it cannot be succeeded
	 * @throws IOException if the control path cannot be owned
	 */
	public boolean begin() throws HandoffFailedException, IOException {
		new ControlPath(this.settings.controlSocket()).prepare();
		if (this.marker == null) {
			this.activated = ActivatedListeners.take(this.environment, ProcessHandle.current().pid());
		}
		PredecessorSearch search = new PredecessorSearch(this.settings, this.world.links());
		ControlLinks.Link link = search.find(this.marker);
		if (link != null) {
			this.loop.post(new Event.PredecessorFound(link.number(), link.process(), search.handoffId()));
			if (!link.connection().isOpen()) {
				// It ended before the machine knew of it
				this.loop.post(new Event.LinkEnded(link.number(), null));
			}
			Frame.Offer offer = awaitOffer();
			if (offer != null) {
				this.offered = this.world.succeed(offer);
				this.succeeding = true;
				return true;
			}
		}
		this.world.claimPath();
		this.gentleStart.abandon();
		this.connectors.openGates();
		return false;
	}

	private Frame.@Nullable Offer awaitOffer() throws HandoffFailedException {
		try {
			return this.world.offer().get(OFFER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof HandoffFailedException failed) {
				throw failed;
			}
			throw new IllegalStateException(ex.getCause());
		}
		catch (TimeoutException ex) {
			throw new HandoffFailedException(FailureCode.PREDECESSOR_UNREACHABLE,
					"The predecessor made us wait for " + OFFER_TIMEOUT.toMinutes() + " minutes without an offer.");
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new HandoffFailedException(FailureCode.ABORTED, "Interrupted while waiting for the offer.");
		}
	}

	/**
	 * The connectors that take part.
	 * @return the registry of this process
	 */
	public HandoffConnectors connectors() {
		return this.connectors;
	}

	/**
	 * Claim a listener that the predecessor offers, or that the service manager has
	 * passed to this process, as {@code ListenerSource} wants it.
	 * @param name the connector's name
	 * @param address the configured address
	 * @param scheme the connector's scheme
	 * @param adoption makes the connector's channel of the descriptor
	 * @param <L> the connector's channel
	 * @return the channel, or {@code null} when it is not offered
	 * @throws IOException if it is offered with another scheme or cannot be adopted
	 */
	public <L> @Nullable L claim(String name, InetSocketAddress address, String scheme, Adoption<L> adoption)
			throws IOException {
		L claimed = this.offered.claim(name, address, scheme, adoption);
		return (claimed != null) ? claimed : this.activated.claim(name, address, adoption, this.world.kept());
	}

	/**
	 * Tell what application this is, as soon as it has a context.
	 * @param application the application
	 */
	public void attach(HandoffApplication application) {
		this.world.attach(application);
	}

	/**
	 * Tell that the application's context is refreshed, so that it hears events.
	 */
	public void applicationRefreshed() {
		this.world.observers().applicationRefreshed();
	}

	/**
	 * Tell that the application accepts traffic.
	 */
	public void applicationReady() {
		this.activated.closeUnclaimed();
		if (!this.succeeding) {
			this.world.rehearse();
			this.world.prepareLaunch();
		}
		this.loop.post(new Event.ApplicationReady());
	}

	/**
	 * Tell how far the application's start has come, so that a predecessor that waits for
	 * it grants it more time.
	 */
	public void applicationProgressed() {
		this.loop.post(new Event.ApplicationProgressed());
	}

	/**
	 * Why an offered listener could not be claimed; web servers report it as just another
	 * failure to bind.
	 * @return the failure, or {@code null}
	 */
	public @Nullable IOException listenerFailure() {
		return this.offered.failure();
	}

	/**
	 * Tell that the application failed to start. Returns once a predecessor has been
	 * told.
	 * @param failure why
	 */
	public void applicationFailed(Throwable failure) {
		IOException unclaimed = listenerFailure();
		String message = (unclaimed != null) ? String.valueOf(unclaimed.getMessage()) : LaunchFailure.describe(failure);
		this.loop.post(new Event.ApplicationFailed(code(unclaimed), message));
		stop();
	}

	private static @Nullable FailureCode code(@Nullable IOException unclaimed) {
		if (unclaimed == null) {
			return null;
		}
		return (unclaimed instanceof SchemeMismatchException) ? FailureCode.SCHEME_MISMATCH : FailureCode.LAUNCH;
	}

	/**
	 * Wind up whatever handoff runs, since the application closes: a successor that was
	 * launched is killed, a predecessor is told. If this process is the active one and
	 * its application has been ready, it then drains: the application serves on for the
	 * configured delay, the accept queues are emptied and the listeners close, and what
	 * was accepted is finished. If it drains as a predecessor already, that drain is
	 * waited for. Returns when nothing is left to do.
	 * @return whether everything that was accepted has been finished; {@code false} if
	 * the time for that is used up
	 */
	public boolean stop() {
		this.loop.post(new Event.StopRequested());
		try {
			CountDownLatch stopped = this.world.stopped();
			Duration timeout = STOP_TIMEOUT.plus(this.settings.announceDelay())
				.plus(this.settings.stopTimeout())
				.plus(FinalDrain.OVERHEAD);
			if (!stopped.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
				logger
					.warn("The handoff or drain that runs could not be wound up within " + timeout.toSeconds() + " s");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.world.close();
		this.offered.close();
		this.activated.close();
		this.loop.stop();
		if (this.notices != null) {
			this.notices.close();
		}
		return this.world.isAllServed();
	}

	@Override
	public String start(HandoffTrigger trigger, @Nullable String release) {
		return await(ask(trigger, release));
	}

	/**
	 * Ask for a handoff without waiting for the answer.
	 * @param trigger what to note as its trigger
	 * @return the handoff's id, or a {@link HandoffRefusedException}
	 */
	public CompletableFuture<String> request(HandoffTrigger trigger) {
		return ask(trigger, null);
	}

	private CompletableFuture<String> ask(HandoffTrigger trigger, @Nullable String release) {
		return this.world.requests()
			.ask((request) -> this.loop.post(new Event.Triggered(request, trigger, release, Instant.now())));
	}

	@Override
	public boolean abort() {
		try {
			await(this.world.requests().ask((request) -> this.loop.post(new Event.AbortRequested(request))));
			return true;
		}
		catch (HandoffRefusedException ex) {
			return false;
		}
	}

	private String await(CompletableFuture<String> answer) {
		try {
			return answer.get(ANSWER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof HandoffRefusedException refused) {
				throw refused;
			}
			throw new IllegalStateException(ex.getCause());
		}
		catch (TimeoutException ex) {
			throw new HandoffRefusedException("The handoff machine did not answer; this process is stopping.", null,
					this.loop.snapshot().stage());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new HandoffRefusedException("Interrupted while the handoff was asked for; see its status.", null,
					this.loop.snapshot().stage());
		}
	}

	/**
	 * The role of this process.
	 * @return the role of this moment
	 */
	public Role role() {
		return this.loop.snapshot().role();
	}

	@Override
	public HandoffStatus status() {
		EventLoop.Snapshot now = this.loop.snapshot();
		HandoffStatus.Running running = (now.running() != null)
				? new HandoffStatus.Running(now.running(), now.stage(), now.stageStarted(), now.successorPid()) : null;
		return new HandoffStatus(now.role(), now.generation(), ProcessHandle.current().pid(),
				this.settings.application(), this.settings.release(), this.deployment.revision(), now.since(),
				this.connectors.all().stream().map(this::describe).toList(), running, now.draining(),
				this.world.history().records());
	}

	/**
	 * What this process and the generations before it have counted.
	 * @return sums that go on from generation to generation
	 */
	public HandoffTotals totals() {
		return this.world.counts().totals(this.loop.snapshot());
	}

	/**
	 * What the generations before this process had counted when it came to be.
	 * @return the part of {@link #totals()} that other processes have seen
	 */
	public HandoffTotals inheritedTotals() {
		return this.world.counts().inherited();
	}

	private HandoffStatus.Listener describe(HandoffConnector connector) {
		return new HandoffStatus.Listener(connector.name(), connector.address().getAddress().getHostAddress(),
				connector.address().getPort(), connector.scheme());
	}

}
