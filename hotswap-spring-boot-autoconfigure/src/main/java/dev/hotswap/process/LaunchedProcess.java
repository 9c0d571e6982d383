package dev.hotswap.process;

import java.util.concurrent.CompletableFuture;

/**
 * A process that this one launched. It lives on when nobody holds this object, and when
 * this process ends. May be used by several threads.
 *
 * @since 0.1.0
 */
public interface LaunchedProcess {

	/**
	 * Which process it is.
	 * @return its id
	 */
	ProcessId id();

	/**
	 * Its end. The future belongs to the caller: completing or cancelling it does nothing
	 * to the process.
	 * @return a future that completes with the exit status (128 plus the number of the
	 * signal that killed it)
	 */
	CompletableFuture<Integer> onExit();

}
