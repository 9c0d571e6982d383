package dev.hotswap.handoff;

import java.util.List;
import java.util.Map;

import dev.hotswap.DrainParticipant;
import dev.hotswap.HandoffPrecheck;
import dev.hotswap.web.RecordedRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationEvent;

/**
 * The application that is handed over, as far as a handoff needs it. Its methods are
 * called on threads of the handoff's own, which they may block; what they throw is
 * logged, or is the problem that they were asked for.
 */
public interface HandoffApplication {

	/**
	 * The prechecks to ask.
	 * @return the beans by name, in their order
	 */
	Map<String, HandoffPrecheck> prechecks();

	/**
	 * The beans that take part in a drain.
	 * @return the beans by name, in their order
	 */
	default Map<String, DrainParticipant> drainParticipants() {
		return Map.of();
	}

	/**
	 * Look up what a handoff asks of the application, and ask those prechecks that are
	 * quick and have no effect, so that their code has run once.
	 */
	default void rehearse() {
	}

	/**
	 * Warm the application up before it serves. Returns when that is done, or has taken
	 * long enough.
	 * @param recorded requests of the kinds that the predecessor has served
	 * @param rehearsal goes through what this process will do as a predecessor; to be run
	 * in the midst of the warm-up, since it makes the JIT compilers take back some of
	 * what they have compiled, which is to be compiled again before there are clients. It
	 * blocks, usually for some tenths of a second, and is run afterwards where it was not
	 * @param progress to be called from time to time
	 * @return {@code null}, or why the handoff is to fail for it
	 */
	@Nullable String warmUp(List<RecordedRequest> recorded, Runnable rehearsal, Runnable progress);

	/**
	 * Ask the readiness once.
	 * @return {@code null} when it is UP, or what is not
	 */
	@Nullable String readinessProblem();

	/**
	 * Publish an event to the application's listeners.
	 * @param event the event
	 */
	void publish(ApplicationEvent event);

	/**
	 * Close the application. Returns when it is closed.
	 */
	void close();

}
