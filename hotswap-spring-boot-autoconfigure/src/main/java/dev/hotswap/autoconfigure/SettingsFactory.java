package dev.hotswap.autoconfigure;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.hotswap.handoff.HandoffSettings;
import dev.hotswap.process.LaunchAdditions;
import dev.hotswap.warmup.WarmUpRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Turns properties into the settings of a handoff, and says what is wrong with them.
 */
final class SettingsFactory {

	private static final String ALL = "*";

	private static final int MAX_PORT = 65535;

	/** Of {@code spring.lifecycle.timeout-per-shutdown-phase}. */
	private static final Duration DEFAULT_STOP_TIMEOUT = Duration.ofSeconds(30);

	private SettingsFactory() {
	}

	static HandoffSettings create(HotswapProperties properties, Environment environment, @Nullable Class<?> mainClass,
			@Nullable String release, Path controlSocket) {
		requirePositive("hotswap.ready-timeout", properties.getReadyTimeout());
		requirePositive("hotswap.watch.quiet-period", properties.getWatch().getQuietPeriod());
		requirePositive("hotswap.connections.idle-timeout", properties.getConnections().getIdleTimeout());
		requirePositive("hotswap.connections.active-warning", properties.getConnections().getActiveWarning());
		requireNotNegative("hotswap.cutover.ramp", properties.getCutover().getRamp());
		requireNotNegative("hotswap.drain.timeout", properties.getDrain().getTimeout());
		requireNotNegative("hotswap.drain.standby", properties.getDrain().getStandby());
		if (properties.getDrain().getMaxGenerations() < 1) {
			throw new InvalidConfigurationPropertyValueException("hotswap.drain.max-generations",
					properties.getDrain().getMaxGenerations(), "It must be at least 1.");
		}
		requireNotNegative("hotswap.drain.spread", properties.getDrain().getSpread());
		requireSound(properties.getWarmUp());
		requireSound(properties.getLiveness().getTolerance());
		requireNotNegative("hotswap.drain.announce-delay", properties.getDrain().getAnnounceDelay());
		List<String> ignored = properties.getLaunch().getIgnoreListeners();
		return new HandoffSettings(application(properties, environment, mainClass), release, controlSocket,
				properties.isTakeover(), additions(properties.getLaunch()), ports(ignored), ignored.contains(ALL),
				properties.getReadyTimeout(), properties.getCutover().getRamp(), properties.getDrain().getTimeout(),
				properties.getDrain().getStandby(), properties.getDrain().getMaxGenerations(),
				properties.getDrain().getSpread(), properties.getDrain().getAnnounceDelay(), stopTimeout(environment),
				properties.getConnections().isTransfer(), properties.getWarmUp().isRecorded());
	}

	/** As Boot's own graceful shutdown, which this one comes before. */
	private static Duration stopTimeout(Environment environment) {
		if ("immediate".equalsIgnoreCase(environment.getProperty("server.shutdown"))) {
			return Duration.ZERO;
		}
		Duration timeout = Binder.get(environment)
			.bind("spring.lifecycle.timeout-per-shutdown-phase", Duration.class)
			.orElse(DEFAULT_STOP_TIMEOUT);
		return timeout.isNegative() ? Duration.ZERO : timeout;
	}

	private static void requireSound(HotswapProperties.WarmUp warmUp) {
		requireNotNegative("hotswap.warm-up.duration", warmUp.getDuration());
		if (warmUp.getConcurrency() < 1) {
			throw new InvalidConfigurationPropertyValueException("hotswap.warm-up.concurrency", warmUp.getConcurrency(),
					"It must be at least 1.");
		}
		try {
			warmUp.getRequests().forEach(WarmUpRequest::parse);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException("hotswap.warm-up.requests", warmUp.getRequests(),
					String.valueOf(ex.getMessage()));
		}
	}

	private static void requireSound(LivenessProperties.Tolerance tolerance) {
		requirePositive("hotswap.liveness.tolerance.duration", tolerance.getDuration());
		Integer failures = tolerance.getFailures();
		if (failures != null && failures < 1) {
			throw new InvalidConfigurationPropertyValueException("hotswap.liveness.tolerance.failures", failures,
					"It must be at least 1.");
		}
	}

	private static void requirePositive(String name, @Nullable Duration value) {
		if (value != null && (value.isNegative() || value.isZero())) {
			throw new InvalidConfigurationPropertyValueException(name, value, "It must be positive.");
		}
	}

	private static void requireNotNegative(String name, Duration value) {
		if (value.isNegative()) {
			throw new InvalidConfigurationPropertyValueException(name, value, "It must not be negative.");
		}
	}

	private static String application(HotswapProperties properties, Environment environment,
			@Nullable Class<?> mainClass) {
		if (StringUtils.hasText(properties.getApplication())) {
			return properties.getApplication();
		}
		String name = environment.getProperty("spring.application.name");
		if (StringUtils.hasText(name)) {
			return name;
		}
		return (mainClass != null) ? mainClass.getName() : "application";
	}

	private static LaunchAdditions additions(HotswapProperties.Launch launch) {
		if (launch.getCommand() != null && launch.getCommand().isEmpty()) {
			throw new InvalidConfigurationPropertyValueException("hotswap.launch.command", "",
					"It has no word. Leave it out to launch the running process's own command line.");
		}
		try {
			return new LaunchAdditions(launch.getCommand(), launch.getJvmOptions(), launch.getArguments(),
					launch.getEnvironment(), launch.getDirectory());
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException("hotswap.launch.jvm-options", launch.getJvmOptions(),
					String.valueOf(ex.getMessage()));
		}
	}

	private static Set<Integer> ports(List<String> ignored) {
		Set<Integer> ports = new HashSet<>();
		for (String port : ignored) {
			if (!ALL.equals(port)) {
				ports.add(port(port));
			}
		}
		return ports;
	}

	private static int port(String text) {
		int port = text.matches("\\d{1,5}") ? Integer.parseInt(text) : 0;
		if (port < 1 || port > MAX_PORT) {
			throw new InvalidConfigurationPropertyValueException("hotswap.launch.ignore-listeners", text,
					"It takes port numbers, or '*'.");
		}
		return port;
	}

}
