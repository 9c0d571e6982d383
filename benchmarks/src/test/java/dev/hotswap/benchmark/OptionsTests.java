package dev.hotswap.benchmark;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link Options}.
 */
class OptionsTests {

	@Test
	void whatIsNotGivenHasItsDefault() {
		Options options = Options.parse(List.of("--rate=200", "--warm-up=1500ms"));
		assertThat(options.number("rate", 400)).isEqualTo(200);
		assertThat(options.number("connections", 16)).isEqualTo(16);
		assertThat(options.duration("warm-up", "20s")).isEqualTo(Duration.ofMillis(1500));
		assertThat(options.list("modes", "kept,per-request")).containsExactly("kept", "per-request");
	}

	@Test
	void settingsHaveDefaultsToo() {
		Options options = Options.parse(List.of("--rate=200", "--results=elsewhere"));
		options.number("rate", 400);
		options.number("seed", 1);
		options.text("results", "target");
		assertThat(options.settings()).containsOnlyKeys("rate", "seed").containsEntry("rate", "200");
	}

	@Test
	void optionThatNobodyAskedForIsRefused() {
		Options options = Options.parse(List.of("--repetition=3"));
		options.number("repetitions", 5);
		assertThatIllegalArgumentException().isThrownBy(options::settings).withMessageContaining("[repetition]");
	}

	@Test
	void argumentWithoutValueIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> Options.parse(List.of("--rate", "200")));
	}

}
