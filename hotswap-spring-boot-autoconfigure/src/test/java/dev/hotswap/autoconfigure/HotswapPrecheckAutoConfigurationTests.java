package dev.hotswap.autoconfigure;

import java.util.Map;

import dev.hotswap.Handoff;
import dev.hotswap.HandoffPrecheck;
import dev.hotswap.precheck.DiskPrecheck;
import dev.hotswap.precheck.MemoryPrecheck;
import dev.hotswap.release.ReleaseVerification;
import dev.hotswap.release.Releases;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link HotswapPrecheckAutoConfiguration}.
 */
class HotswapPrecheckAutoConfigurationTests {

	private final ApplicationContextRunner plain = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(HotswapAutoConfiguration.class, HotswapPrecheckAutoConfiguration.class));

	private final ApplicationContextRunner runner = this.plain
		.withBean("hotswapHandoff", Handoff.class, () -> mock(Handoff.class))
		.withBean("hotswapReleases", Releases.class, () -> Releases.ofThisProcess(null, ReleaseVerification.SHA256, 3));

	private final ApplicationContextRunner withRedis = this.runner.withBean("redisConnectionFactory",
			RedisConnectionFactory.class, () -> mock(RedisConnectionFactory.class));

	@Test
	void withoutHandoffThereAreNone() {
		this.plain.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(HandoffPrecheck.class));
	}

	@Test
	void allAreThereAndAgreeOnThisMachine() {
		this.runner.run((context) -> {
			Map<String, HandoffPrecheck> prechecks = context.getBeansOfType(HandoffPrecheck.class);
			assertThat(prechecks).containsOnlyKeys("hotswapMemoryPrecheck", "hotswapDiskPrecheck",
					"hotswapDescriptorPrecheck", "hotswapContainerPrecheck", "hotswapRunningJarPrecheck",
					"hotswapSharedResourcesPrecheck");
			for (HandoffPrecheck precheck : prechecks.values()) {
				assertThat(precheck.refuse()).isNull();
			}
		});
	}

	@Test
	void redisIsAskedWhereItIsUsed() {
		this.withRedis.run((context) -> assertThat(context).hasBean("hotswapRedisEvictionPrecheck"));
		this.runner.withClassLoader(new FilteredClassLoader(RedisConnectionFactory.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasBean("hotswapMemoryPrecheck")
				.doesNotHaveBean("hotswapRedisEvictionPrecheck"));
	}

	@ParameterizedTest
	@CsvSource({ "memory, hotswapMemoryPrecheck", "disk, hotswapDiskPrecheck", "descriptors, hotswapDescriptorPrecheck",
			"container, hotswapContainerPrecheck", "running-jar, hotswapRunningJarPrecheck",
			"shared-resources, hotswapSharedResourcesPrecheck", "redis, hotswapRedisEvictionPrecheck" })
	void eachCanBeSwitchedOffOrReplaced(String property, String bean) {
		this.withRedis.withPropertyValues("hotswap.prechecks." + property + ".enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(bean)
				.getBeans(HandoffPrecheck.class)
				.hasSize(6));
		HandoffPrecheck own = () -> "no";
		this.withRedis.withBean(bean, HandoffPrecheck.class, () -> own)
			.run((context) -> assertThat(context).hasNotFailed()
				.getBeans(HandoffPrecheck.class)
				.hasSize(7)
				.containsEntry(bean, own));
	}

	@Test
	void needCanBeConfigured() {
		this.runner
			.withPropertyValues("hotswap.prechecks.memory.required=1000TB", "hotswap.prechecks.disk.required=1000TB")
			.run((context) -> {
				assertThat(context.getBean(MemoryPrecheck.class).refuse()).contains("1048576000 MiB");
				assertThat(context.getBean(DiskPrecheck.class).refuse()).contains("1048576000 MiB");
			});
	}

	@Test
	void logsDiskIsThatOfTheConfiguredLog() {
		this.runner.withPropertyValues("logging.file.name=/proc/self/app.log")
			.run((context) -> assertThat(context.getBean(DiskPrecheck.class).refuse()).contains("for the log",
					"/proc/self"));
	}

}
