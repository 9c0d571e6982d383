package dev.hotswap.autoconfigure;

import dev.hotswap.Handoff;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;

/**
 * Auto-configuration of the graceful handoff. The {@link Handoff} itself is there before
 * any bean, since a successor asks for its listeners before its web server is created;
 * where it is absent, Hotswap is off and adds nothing.
 *
 * @since 0.1.0
 */
@AutoConfiguration
@ConditionalOnBean(Handoff.class)
@EnableConfigurationProperties(HotswapProperties.class)
public final class HotswapAutoConfiguration {

}
