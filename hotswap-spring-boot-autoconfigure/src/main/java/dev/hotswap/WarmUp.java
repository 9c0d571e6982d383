package dev.hotswap;

/**
 * A bean that warms a successor up before it serves: fills a cache, opens a pool's
 * connections, runs code that is to be compiled. Called in a successor only, once its
 * application accepts traffic and before it gets any; the handoff waits for it.
 * <p>
 * Beans are called one after the other in their
 * {@link org.springframework.core.annotation.Order order}, on a thread of their own, and
 * have {@code hotswap.warm-up.duration} each. One that throws or takes longer is reported
 * by its name and interrupted, and the others go on; the handoff fails for it only with
 * {@code hotswap.warm-up.required=true}.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface WarmUp {

	/**
	 * The header of each request that Hotswap makes to warm an application up. A client
	 * can send it, too: it is no reason to trust a request.
	 */
	String HEADER = "X-Hotswap-Warm-Up";

	/**
	 * Warm up. The predecessor serves meanwhile, and runs on the same processors.
	 * @throws Exception if it cannot be done
	 */
	void warmUp() throws Exception;

}
