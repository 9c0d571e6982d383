package dev.hotswap.autoconfigure;

import java.time.Duration;

import dev.hotswap.Handoff;
import dev.hotswap.release.Releases;
import dev.hotswap.watch.ChangeWatch;
import dev.hotswap.watch.ConfigurationFiles;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the handoff on change.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = HotswapAutoConfiguration.class)
@ConditionalOnBean({ Handoff.class, Releases.class, ConfigurationFiles.class })
@ConditionalOnBooleanProperty("hotswap.watch.enabled")
public final class HotswapWatchAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	ChangeWatch hotswapChangeWatch(Handoff handoff, ConfigurationFiles files, Releases releases,
			HotswapProperties properties) {
		Duration quietPeriod = properties.getWatch().getQuietPeriod();
		return new ChangeWatch(handoff, files, releases, quietPeriod);
	}

	@Bean
	ChangeWatchEvents hotswapChangeWatchEvents(Handoff handoff, ChangeWatch watch) {
		return new ChangeWatchEvents(handoff, watch);
	}

}
