package dev.hotswap.handoff;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffRoleEvent;
import dev.hotswap.HandoffStageEvent;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Role;
import dev.hotswap.Stage;
import dev.hotswap.web.HandoffConnectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationEvent;

/**
 * Tells those who watch how a handoff goes: operators by the log, the application by
 * events, which a thread of their own publishes in order. Called by the machine's thread,
 * which it does not block.
 */
final class HandoffObservers {

	private static final Log logger = LogFactory.getLog(HandoffObservers.class);

	private final HandoffConnectors connectors;

	private final @Nullable String revision;

	private final ExecutorService publisher = Executors.newSingleThreadExecutor(new Threads("hotswap-events-"));

	private final CompletableFuture<@Nullable Void> refreshed = new CompletableFuture<>();

	private volatile @Nullable HandoffApplication application;

	private CompletableFuture<@Nullable Void> published = this.refreshed;

	HandoffObservers(HandoffConnectors connectors, @Nullable String revision) {
		this.connectors = connectors;
		this.revision = revision;
	}

	void attach(HandoffApplication application) {
		this.application = application;
	}

	/**
	 * The application has a context that can publish events. What happened before is
	 * published now: events of a context that is not refreshed would be lost, or worse.
	 */
	void applicationRefreshed() {
		this.refreshed.complete(null);
	}

	/**
	 * Log and publish what has changed.
	 */
	void tell(EventLoop.Snapshot before, EventLoop.Snapshot now) {
		if (now.role() != before.role()) {
			publish(new HandoffRoleEvent(this, now.role()));
		}
		String handoffId = (now.running() != null) ? now.running() : before.running();
		if (handoffId == null || (now.stage() == before.stage() && handoffId.equals(before.running()))) {
			return;
		}
		HandoffTrigger trigger = (now.trigger() != null) ? now.trigger() : before.trigger();
		if (trigger != null) {
			publish(new HandoffStageEvent(this, handoffId, trigger, now.stage(), now.role()));
		}
		log("Handoff " + handoffId + ": ", now);
	}

	private void log(String handoff, EventLoop.Snapshot now) {
		boolean successor = now.role() == Role.SUCCEEDING;
		switch (now.stage()) {
			case PRECHECK -> logger.info(handoff + "begins; this is " + generation(now));
			case START -> {
				if (!successor) {
					logger.info(handoff + "pid " + now.successorPid() + " has the listeners and starts");
				}
			}
			case CUTOVER -> logger.info(handoff + (successor ? "opening the gates" : "cutover"));
			case DRAIN -> logger.info(handoff + "pid " + now.successorPid() + " serves; draining "
					+ this.connectors.census().total() + " connections");
			case STANDBY -> logger.info(handoff + "drained; able to resume for the time of hotswap.drain.standby");
			case IDLE -> logger.info(handoff + "over; pid " + ProcessHandle.current().pid() + " is "
					+ ((now.role() == Role.ACTIVE) ? "active" : "leaving") + ", " + generation(now));
			default -> logger.debug(handoff + now.stage());
		}
	}

	private String generation(EventLoop.Snapshot now) {
		return "generation " + now.generation() + ((this.revision != null) ? ", revision " + this.revision : "");
	}

	/**
	 * Log what became of a handoff, where it is worth a warning.
	 */
	void tell(HandoffRecord handoff) {
		boolean served = handoff.stage() == Stage.DRAIN || handoff.stage() == Stage.STANDBY;
		if (handoff.result() == HandoffRecord.Result.FAILED && served) {
			logger.warn("Handoff " + handoff.id() + " is undone in " + handoff.stage() + " (" + handoff.code() + "): "
					+ sentence(handoff.message()) + " Pid " + handoff.from().pid() + " (generation "
					+ handoff.from().generation() + ") serves again.");
		}
		else if (handoff.result() == HandoffRecord.Result.FAILED) {
			logger.warn("Handoff " + handoff.id() + " failed in " + handoff.stage() + " (" + handoff.code() + "): "
					+ sentence(handoff.message()) + " Clients notice nothing of it.");
		}
		else if (handoff.connections() != null && handoff.connections().cut() > 0) {
			logger.warn("Handoff " + handoff.id() + ": " + handoff.connections().cut()
					+ " connections had not ended at the drain's deadline and are cut");
		}
	}

	/** Exceptions and peers end their messages as they like. */
	private static String sentence(@Nullable String message) {
		return (message == null || message.endsWith(".")) ? String.valueOf(message) : message + ".";
	}

	private void publish(ApplicationEvent event) {
		this.published = this.published.thenRunAsync(HandoffLogContext.carry(() -> publishNow(event)), this.publisher);
	}

	private void publishNow(ApplicationEvent event) {
		HandoffApplication application = this.application;
		if (application == null) {
			return;
		}
		try {
			application.publish(event);
		}
		catch (RuntimeException ex) {
			logger.warn("A listener of " + event.getClass().getSimpleName() + " failed", ex);
		}
	}

	/**
	 * Publish nothing more.
	 */
	void close() {
		this.publisher.shutdownNow();
	}

}
