package dev.hotswap.autoconfigure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

import dev.hotswap.control.ControlPath;
import dev.hotswap.control.Peer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.StandardEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ControlSocketLocation}.
 */
class ControlSocketLocationTests {

	@ParameterizedTest
	@CsvSource({ "'', any-8080.sock", "server.port=9000, any-9000.sock", "server.address=0.0.0.0, any-8080.sock",
			"server.address=::, any-8080.sock", "server.address=127.0.0.1, 127.0.0.1-8080.sock",
			"server.address=localhost, 127.0.0.1-8080.sock", "server.address=::1, 0_0_0_0_0_0_0_1-8080.sock",
			"server.address=fe80::1:2, fe80_0_0_0_0_0_1_2-8080.sock",
			"hotswap.instance=blue-1.a_B, any-8080-blue-1.a_B.sock", "hotswap.instance=, any-8080.sock",
			"hotswap.control.socket=, any-8080.sock" })
	void nameTellsAddressPortAndInstance(String property, String name) throws IOException {
		assertThat(find(property)).contains(ControlPath.defaultFolder(Peer.ownUid()).resolve(name));
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, -1 })
	void withoutAKnownPortThereIsNone(int port) {
		assertThat(find("server.port=" + port)).isEmpty();
	}

	@Test
	void configuredSocketNeedsNoPort() {
		assertThat(find("server.port=0", "hotswap.control.socket=/run/shop/x.sock"))
			.contains(Path.of("/run/shop/x.sock"));
	}

	@Test
	void configuredSocketIsMadeAbsolute() {
		assertThat(find("hotswap.control.socket=run/x.sock")).contains(Path.of("run/x.sock").toAbsolutePath());
	}

	@ParameterizedTest
	@ValueSource(strings = { "a/b", "../x", "a b", "ä", "123456789012345678901234567890123" })
	void instanceThatIsNoFileNameIsRefused(String instance) {
		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
			.isThrownBy(() -> find("hotswap.instance=" + instance))
			.satisfies((invalid) -> assertThat(invalid.getName()).isEqualTo("hotswap.instance"))
			.satisfies((invalid) -> assertThat(invalid.getReason()).contains("file name"));
	}

	@Test
	void sharedPortNeedsTheNameOfAnInstance() {
		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
			.isThrownBy(() -> find("hotswap.reuse-port=true", "hotswap.control.socket=/run/shop/x.sock"))
			.satisfies((invalid) -> assertThat(invalid.getName()).isEqualTo("hotswap.reuse-port"))
			.satisfies((invalid) -> assertThat(invalid.getReason()).contains("set hotswap.instance"));
		assertThat(find("hotswap.reuse-port=true", "hotswap.instance=a").orElseThrow().getFileName())
			.hasToString("any-8080-a.sock");
	}

	private static Optional<Path> find(String... properties) {
		ConfigurableEnvironment environment = new StandardEnvironment();
		TestPropertyValues.of(properties).applyTo(environment);
		return ControlSocketLocation.find(Binder.get(environment).bindOrCreate("hotswap", HotswapProperties.class),
				environment);
	}

}
