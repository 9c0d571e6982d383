package dev.hotswap.precheck;

import java.time.Duration;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.hotswap.HandoffPrecheck;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Warns when the Redis server would rather refuse to write than evict what was used the
 * longest time ago: two processes keep more there than one. Never refuses.
 *
 * @since 0.1.0
 */
public final class RedisEvictionPrecheck implements HandoffPrecheck {

	private static final Duration LIMIT = Duration.ofSeconds(2);

	private static final Set<String> LEAST_RECENTLY_USED = Set.of("volatile-lru", "allkeys-lru");

	/** Of {@code INFO memory}, which servers allow that do not allow CONFIG. */
	private static final String POLICY = "maxmemory_policy";

	private static final Log logger = LogFactory.getLog(RedisEvictionPrecheck.class);

	private final RedisConnectionFactory connections;

	private final Duration limit;

	/**
	 * Create a precheck.
	 * @param connections connects to the server
	 */
	public RedisEvictionPrecheck(RedisConnectionFactory connections) {
		this(connections, LIMIT);
	}

	RedisEvictionPrecheck(RedisConnectionFactory connections, Duration limit) {
		this.connections = connections;
		this.limit = limit;
	}

	@Override
	public @Nullable String refuse() throws InterruptedException {
		String warning = warning();
		if (warning != null) {
			logger.warn(warning);
		}
		return null;
	}

	@Nullable String warning() throws InterruptedException {
		CompletableFuture<@Nullable String> answer = new CompletableFuture<>();
		// A thread of its own, since a client may wait for a server for as long as it
		// likes
		Thread thread = new Thread(() -> {
			try {
				answer.complete(policy());
			}
			catch (Throwable ex) {
				answer.completeExceptionally(ex);
			}
		}, "hotswap-redis-policy");
		thread.setDaemon(true);
		thread.start();
		try {
			String policy = answer.get(this.limit.toMillis(), TimeUnit.MILLISECONDS);
			return (policy == null || LEAST_RECENTLY_USED.contains(policy)) ? null
					: "The Redis server's maxmemory-policy is '" + policy
							+ "'. While two processes run they may fill it, and then it refuses writes or evicts what "
							+ "is in use. Set it to volatile-lru or allkeys-lru";
		}
		catch (ExecutionException ex) {
			logger.debug("The Redis server's maxmemory-policy is unknown", ex.getCause());
			return null;
		}
		catch (TimeoutException ex) {
			thread.interrupt();
			return "The Redis server did not tell its maxmemory-policy within " + this.limit.toMillis() + " ms";
		}
	}

	private @Nullable String policy() {
		try (RedisConnection connection = this.connections.getConnection()) {
			Properties memory = connection.serverCommands().info("memory");
			return (memory != null) ? memory.getProperty(POLICY) : null;
		}
	}

}
