package dev.hotswap.handoff;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import dev.hotswap.listener.OfferedListeners;
import dev.hotswap.process.GentleStart;
import dev.hotswap.web.HandoffConnectors;
import dev.hotswap.web.RecordedRequest;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * What a successor does to the world, in the order of a handoff. Runs on worker threads.
 */
final class SuccessorWork {

	private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(30);

	private static final Duration HEALTH_INTERVAL = Duration.ofMillis(200);

	private static final Log logger = LogFactory.getLog(SuccessorWork.class);

	private final HandoffConnectors connectors;

	private final AcceptRamp ramp;

	private final GentleStart gentleStart;

	private final Runnable rehearsal;

	private final Consumer<Event> events;

	private volatile @Nullable HandoffApplication application;

	private volatile @Nullable OfferedListeners offered;

	private volatile List<RecordedRequest> recorded = List.of();

	/**
	 * Create a successor's work.
	 * @param rehearsal goes through what it will do as a predecessor
	 */
	SuccessorWork(HandoffConnectors connectors, AcceptRamp ramp, GentleStart gentleStart, Runnable rehearsal,
			Consumer<Event> events) {
		this.connectors = connectors;
		this.ramp = ramp;
		this.gentleStart = gentleStart;
		this.rehearsal = rehearsal;
		this.events = events;
	}

	void attach(HandoffApplication application) {
		this.application = application;
	}

	OfferedListeners succeed(Frame.Offer offer) {
		OfferedListeners offered = new OfferedListeners(offer.listeners());
		this.offered = offered;
		this.recorded = offer.requests();
		this.connectors.recorder().inherit(offer.requests());
		return offered;
	}

	boolean perform(Action action) {
		if (action instanceof Action.WarmUp) {
			warmUp();
		}
		else if (action instanceof Action.CheckHealth) {
			checkHealth();
		}
		else if (action instanceof Action.OpenGates open) {
			openGates(open.ramp());
		}
		else {
			return false;
		}
		return true;
	}

	/** Whatever goes wrong unforeseen, a cold application serves, too. */
	private void warmUp() {
		HandoffApplication application = this.application;
		String problem = null;
		try {
			if (application != null) {
				problem = application.warmUp(this.recorded, this.rehearsal,
						() -> this.events.accept(new Event.ApplicationProgressed()));
			}
		}
		catch (RuntimeException | LinkageError | OutOfMemoryError ex) {
			logger.warn("The application could not be warmed up", ex);
		}
		this.events.accept(new Event.ApplicationProgressed());
		// Does nothing if the application has done it
		this.rehearsal.run();
		this.events.accept(new Event.WarmedUp(problem));
	}

	private void checkHealth() {
		String problem;
		try {
			this.gentleStart.end();
			problem = awaitReadiness();
		}
		catch (IOException ex) {
			logger.error("The gentle start could not be ended", ex);
			problem = "It would serve with the priority of its start: " + ex.getMessage();
		}
		catch (RuntimeException ex) {
			logger.error("The readiness could not be asked", ex);
			problem = "The readiness could not be asked: " + ex;
		}
		this.events.accept(new Event.HealthChecked(problem));
	}

	/** Asks again and again, since no event tells when a health indicator changes. */
	private @Nullable String awaitReadiness() {
		HandoffApplication application = this.application;
		if (application == null) {
			return "The application has no context.";
		}
		long deadline = System.nanoTime() + HEALTH_TIMEOUT.toNanos();
		String problem = application.readinessProblem();
		while (problem != null && System.nanoTime() - deadline < 0) {
			LockSupport.parkNanos(HEALTH_INTERVAL.toNanos());
			problem = application.readinessProblem();
		}
		return (problem != null)
				? "The readiness did not become UP within " + HEALTH_TIMEOUT.toSeconds() + " s: " + problem : null;
	}

	private void openGates(Duration ramp) {
		// Not ended yet if the predecessor has died before the health check
		this.gentleStart.abandon();
		this.ramp.rise(ramp);
		this.connectors.openGates();
		OfferedListeners offered = this.offered;
		if (offered != null) {
			offered.unclaimed()
				.forEach((listener) -> logger.warn("No connector of this process has claimed " + listener
						+ ": it ends with the predecessor, and connects to it will be refused"));
			offered.close();
		}
		this.events.accept(new Event.GatesOpened());
		// Not done yet if the predecessor has died before the warm-up
		this.rehearsal.run();
	}

}
