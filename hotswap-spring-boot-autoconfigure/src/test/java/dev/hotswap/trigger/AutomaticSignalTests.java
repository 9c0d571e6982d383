package dev.hotswap.trigger;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link AutomaticSignal}.
 */
class AutomaticSignalTests {

	@Test
	void usr1WhereTheJvmKeepsUsr2() {
		AutomaticSignal signal = AutomaticSignal.choose(Map.of());
		assertThat(signal.name()).isEqualTo("USR1");
		assertThat(signal.reason()).contains("_JAVA_SR_SIGNUM=40");
	}

	@ParameterizedTest
	@ValueSource(strings = { "13", "16", "40", "64" })
	void usr2WhereTheJvmHasAnother(String number) {
		AutomaticSignal signal = AutomaticSignal.choose(Map.of("_JAVA_SR_SIGNUM", number));
		assertThat(signal.name()).isEqualTo("USR2");
		assertThat(signal.reason()).contains("_JAVA_SR_SIGNUM=" + number);
	}

	@ParameterizedTest
	@ValueSource(strings = { "12", "012", "", "x", "0", "5", "10", "65", "99", "-40", "4294967336" })
	void usr1WhereTheJvmIgnoresWhatItIsTold(String number) {
		assertThat(AutomaticSignal.choose(Map.of("_JAVA_SR_SIGNUM", number)).name()).isEqualTo("USR1");
	}

}
