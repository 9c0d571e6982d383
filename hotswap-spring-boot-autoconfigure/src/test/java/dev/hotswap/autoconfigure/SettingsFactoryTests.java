package dev.hotswap.autoconfigure;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

import dev.hotswap.handoff.HandoffSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.StandardEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.entry;

/**
 * Tests for {@link SettingsFactory} and the binding of {@link HotswapProperties}.
 */
class SettingsFactoryTests {

	private static final Path SOCKET = Path.of("/run/shop/x.sock");

	@Test
	void defaults() {
		HandoffSettings settings = settings();
		assertThat(settings.takeover()).isFalse();
		assertThat(settings.controlSocket()).isEqualTo(SOCKET);
		assertThat(settings.release()).isEqualTo("v1");
		assertThat(settings.readyTimeout()).isEqualTo(Duration.ofMinutes(2));
		assertThat(settings.drainTimeout()).isEqualTo(Duration.ofSeconds(30));
		assertThat(settings.drainSpread()).isEqualTo(Duration.ofSeconds(5));
		assertThat(settings.ignoredPorts()).isEmpty();
		assertThat(settings.ignoreAllPorts()).isFalse();
		assertThat(settings.additions().command()).isNull();
		assertThat(settings.additions().jvmOptions()).isEmpty();
		HotswapProperties properties = new HotswapProperties();
		assertThat(properties.isEnabled()).isTrue();
		assertThat(properties.getSignal()).isEqualTo("auto");
	}

	@Test
	void everyPropertyIsBound() {
		HandoffSettings settings = settings("hotswap.takeover=true", "hotswap.ready-timeout=90",
				"hotswap.drain.timeout=0", "hotswap.drain.spread=20s", "hotswap.launch.command=java,-jar,new.jar",
				"hotswap.launch.jvm-options=-Xmx1g", "hotswap.launch.arguments=--a=b,c",
				"hotswap.launch.directory=/srv", "hotswap.launch.environment.COLOUR=blue",
				"hotswap.launch.environment.[MY_VAR]=1", "hotswap.launch.ignore-listeners=5005, 9010");
		assertThat(settings.takeover()).isTrue();
		assertThat(settings.readyTimeout()).isEqualTo(Duration.ofMillis(90));
		assertThat(settings.drainTimeout()).isZero();
		assertThat(settings.drainSpread()).isEqualTo(Duration.ofSeconds(20));
		assertThat(settings.additions().command()).containsExactly("java", "-jar", "new.jar");
		assertThat(settings.additions().jvmOptions()).containsExactly("-Xmx1g");
		assertThat(settings.additions().arguments()).containsExactly("--a=b", "c");
		assertThat(settings.additions().directory()).isEqualTo(Path.of("/srv"));
		assertThat(settings.additions().environment()).containsOnly(entry("COLOUR", "blue"), entry("MY_VAR", "1"));
		assertThat(settings.ignoredPorts()).containsExactlyInAnyOrder(5005, 9010);
		assertThat(settings.ignoreAllPorts()).isFalse();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "a=b|dev.hotswap.autoconfigure.SettingsFactoryTests", "spring.application.name=shop|shop",
					"hotswap.application=bank|bank", "spring.application.name=shop,hotswap.application=bank|bank",
					"spring.application.name=shop,hotswap.application=|shop" })
	void applicationIsTheConfiguredOneElseItsNameElseTheMainClass(String properties, String application) {
		assertThat(settings(properties.split(",")).application()).isEqualTo(application);
	}

	@Test
	void starIgnoresAllPorts() {
		HandoffSettings settings = settings("hotswap.launch.ignore-listeners=*,80");
		assertThat(settings.ignoreAllPorts()).isTrue();
		assertThat(settings.ignoredPorts()).containsExactly(80);
	}

	@ParameterizedTest
	@CsvSource({ "hotswap.ready-timeout, 0s", "hotswap.ready-timeout, -1s", "hotswap.drain.timeout, -1ms",
			"hotswap.drain.announce-delay, -1ms", "hotswap.drain.spread, -1ms", "hotswap.launch.ignore-listeners, http",
			"hotswap.launch.ignore-listeners, 0", "hotswap.launch.ignore-listeners, -80",
			"hotswap.launch.ignore-listeners, 65536", "hotswap.launch.ignore-listeners, 99999999999",
			"hotswap.launch.jvm-options, new.jar", "hotswap.launch.command, ''", "hotswap.warm-up.duration, -1s",
			"hotswap.warm-up.concurrency, 0", "hotswap.warm-up.requests, POST /x",
			"hotswap.liveness.tolerance.failures, 0", "hotswap.liveness.tolerance.duration, 0s" })
	void propertyThatMakesNoSenseIsNamed(String name, String value) {
		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
			.isThrownBy(() -> settings(name + "=" + value))
			.satisfies((invalid) -> assertThat(invalid.getName()).isEqualTo(name))
			.satisfies((invalid) -> assertThat(invalid.getReason()).isNotBlank());
	}

	@ParameterizedTest
	@CsvSource({ "x=y, 30", "spring.lifecycle.timeout-per-shutdown-phase=7s, 7",
			"spring.lifecycle.timeout-per-shutdown-phase=-1s, 0", "server.shutdown=immediate, 0",
			"server.shutdown=graceful, 30" })
	void stopTakesAsLongAsBootsGracefulShutdown(String property, long seconds) {
		assertThat(settings(property).stopTimeout()).isEqualTo(Duration.ofSeconds(seconds));
	}

	@Test
	void nameOfAVariableKeepsItsUnderscores() {
		assertThat(settings("hotswap.launch.environment.MY_VAR=1").additions().environment())
			.containsOnly(entry("MY_VAR", "1"));
	}

	private static HandoffSettings settings(String... properties) {
		ConfigurableEnvironment environment = new StandardEnvironment();
		TestPropertyValues.of(Arrays.asList(properties)).applyTo(environment);
		return SettingsFactory.create(Binder.get(environment).bindOrCreate("hotswap", HotswapProperties.class),
				environment, SettingsFactoryTests.class, "v1", SOCKET);
	}

}
