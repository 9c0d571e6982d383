package dev.hotswap.precheck;

import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisServerCommands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

/**
 * Tests for {@link RedisEvictionPrecheck}.
 */
class RedisEvictionPrecheckTests {

	private final RedisConnectionFactory connections = mock(RedisConnectionFactory.class);

	private final RedisConnection connection = mock(RedisConnection.class);

	private final RedisServerCommands commands = mock(RedisServerCommands.class);

	private final RedisEvictionPrecheck precheck = new RedisEvictionPrecheck(this.connections, Duration.ofSeconds(10));

	@ParameterizedTest
	@ValueSource(strings = { "volatile-lru", "allkeys-lru" })
	void leastRecentlyUsedIsWell(String policy) throws Exception {
		policy(policy);
		assertThat(this.precheck.warning()).isNull();
		verify(this.connection).close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "noeviction", "allkeys-random", "volatile-ttl", "volatile-lfu" })
	void otherPolicyIsWarnedOf(String policy) throws Exception {
		policy(policy);
		assertThat(this.precheck.warning()).contains("'" + policy + "'", "volatile-lru", "allkeys-lru");
		assertThat(this.precheck.refuse()).isNull();
	}

	@Test
	void serverThatDoesNotTellIsUnknown() throws Exception {
		given(this.connections.getConnection()).willReturn(this.connection);
		given(this.connection.serverCommands()).willReturn(this.commands);
		assertThat(this.precheck.warning()).isNull();
		given(this.commands.info("memory")).willReturn(new Properties());
		assertThat(this.precheck.warning()).isNull();
	}

	@Test
	void serverThatCannotBeReachedIsUnknown() throws Exception {
		given(this.connections.getConnection()).willThrow(new RedisConnectionFailureException("refused"));
		assertThat(this.precheck.warning()).isNull();
		assertThat(this.precheck.refuse()).isNull();
	}

	@Test
	void serverThatDoesNotAnswerIsNotWaitedFor() throws Exception {
		CountDownLatch interrupted = new CountDownLatch(1);
		given(this.connections.getConnection()).willAnswer((invocation) -> {
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				interrupted.countDown();
			}
			throw new IllegalStateException("interrupted");
		});
		assertThat(new RedisEvictionPrecheck(this.connections, Duration.ofMillis(20)).warning()).contains("20 ms");
		interrupted.await();
	}

	private void policy(String policy) {
		Properties memory = new Properties();
		memory.setProperty("maxmemory_policy", policy);
		given(this.connections.getConnection()).willReturn(this.connection);
		given(this.connection.serverCommands()).willReturn(this.commands);
		given(this.commands.info("memory")).willReturn(memory);
	}

}
