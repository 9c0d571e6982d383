package dev.hotswap;

import java.time.Instant;

/**
 * A bean that has something to finish before this process may exit after a handoff: a
 * queue to empty, a message listener or a scheduler to pause while the successor's
 * already works. Beans take part in their
 * {@link org.springframework.core.annotation.Order order}, on threads of their own, from
 * the moment at which the successor serves, beside the draining of connections.
 * <p>
 * The predecessor neither stands by nor exits before each has returned, or the drain's
 * deadline ({@code hotswap.drain.timeout}) has come. The next one is called when those
 * before it have returned, or when one has used up its share of the time that is left; it
 * may go on until the deadline. One that throws is reported by its name.
 * <p>
 * Should this process serve again, {@link #resume()} undoes it. Not called when the
 * application is stopped without a successor, since its beans stop then in the usual way.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface DrainParticipant {

	/**
	 * Begin nothing new, and finish what has begun. Returns when that is done;
	 * interrupted when there is no more time, or no more reason.
	 * @param deadline when to be done at the latest; an operator may bring that forward
	 * @throws Exception if it cannot be finished, which is logged and holds up nobody
	 */
	void drain(Instant deadline) throws Exception;

	/**
	 * There was not enough time: {@link #drain} has been interrupted and is not waited
	 * for any longer. Say or save what was left; it has five seconds.
	 * @throws Exception which is logged
	 */
	default void cutShort() throws Exception {
	}

	/**
	 * This process serves again, since its successor died or an operator reverted the
	 * handoff. Called if {@link #drain} was, which has been interrupted if it has not
	 * returned; waited for no longer than five seconds.
	 * @throws Exception which is logged
	 */
	default void resume() throws Exception {
	}

}
