package dev.hotswap.autoconfigure;

import java.nio.file.Path;

import dev.hotswap.Handoff;
import dev.hotswap.precheck.ContainerPrecheck;
import dev.hotswap.precheck.DescriptorPrecheck;
import dev.hotswap.precheck.DiskPrecheck;
import dev.hotswap.precheck.MemoryPrecheck;
import dev.hotswap.precheck.RedisEvictionPrecheck;
import dev.hotswap.precheck.RunningJarPrecheck;
import dev.hotswap.precheck.SharedResourcesPrecheck;
import dev.hotswap.release.Releases;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.logging.LogFile;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.unit.DataSize;

/**
 * Auto-configuration of the prechecks. Each can be switched off, or replaced by a bean of
 * its name.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = HotswapAutoConfiguration.class,
		afterName = "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration")
@ConditionalOnBean({ Handoff.class, Releases.class })
public final class HotswapPrecheckAutoConfiguration {

	@Bean
	@ConditionalOnBooleanProperty(name = "hotswap.prechecks.memory.enabled", matchIfMissing = true)
	@ConditionalOnMissingBean(name = "hotswapMemoryPrecheck")
	MemoryPrecheck hotswapMemoryPrecheck(HotswapProperties properties) {
		return memory(properties);
	}

	/** Another process needs as much, whatever for. */
	static MemoryPrecheck memory(HotswapProperties properties) {
		DataSize required = properties.getPrechecks().getMemory().getRequired();
		return new MemoryPrecheck((required != null) ? required.toBytes() : null);
	}

	@Bean
	@ConditionalOnBooleanProperty(name = "hotswap.prechecks.disk.enabled", matchIfMissing = true)
	@ConditionalOnMissingBean(name = "hotswapDiskPrecheck")
	DiskPrecheck hotswapDiskPrecheck(HotswapProperties properties, Environment environment) {
		return new DiskPrecheck(Path.of(System.getProperty("java.io.tmpdir")), log(environment),
				properties.getPrechecks().getDisk().getRequired().toBytes());
	}

	private static @Nullable Path log(Environment environment) {
		LogFile file = LogFile.get(environment);
		return (file != null) ? Path.of(file.toString()) : null;
	}

	/**
	 * First, since without a descriptor the others find fault with what they cannot open.
	 */
	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	@ConditionalOnBooleanProperty(name = "hotswap.prechecks.descriptors.enabled", matchIfMissing = true)
	@ConditionalOnMissingBean(name = "hotswapDescriptorPrecheck")
	DescriptorPrecheck hotswapDescriptorPrecheck(HotswapProperties properties) {
		return new DescriptorPrecheck(properties.getConnections().isTransfer());
	}

	@Bean
	@ConditionalOnBooleanProperty(name = "hotswap.prechecks.container.enabled", matchIfMissing = true)
	@ConditionalOnMissingBean(name = "hotswapContainerPrecheck")
	ContainerPrecheck hotswapContainerPrecheck(Handoff handoff) {
		return new ContainerPrecheck(() -> handoff.status().generation());
	}

	@Bean
	@ConditionalOnBooleanProperty(name = "hotswap.prechecks.running-jar.enabled", matchIfMissing = true)
	@ConditionalOnMissingBean(name = "hotswapRunningJarPrecheck")
	RunningJarPrecheck hotswapRunningJarPrecheck(Releases releases) {
		return new RunningJarPrecheck(releases);
	}

	@Bean
	@ConditionalOnBooleanProperty(name = "hotswap.prechecks.shared-resources.enabled", matchIfMissing = true)
	@ConditionalOnMissingBean(name = "hotswapSharedResourcesPrecheck")
	SharedResourcesPrecheck hotswapSharedResourcesPrecheck(Environment environment) {
		return new SharedResourcesPrecheck(environment::getProperty);
	}

	/**
	 * Where Spring Data Redis is used.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(RedisConnectionFactory.class)
	@ConditionalOnSingleCandidate(RedisConnectionFactory.class)
	@ConditionalOnBooleanProperty(name = "hotswap.prechecks.redis.enabled", matchIfMissing = true)
	static class RedisConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "hotswapRedisEvictionPrecheck")
		RedisEvictionPrecheck hotswapRedisEvictionPrecheck(RedisConnectionFactory connections) {
			return new RedisEvictionPrecheck(connections);
		}

	}

}
