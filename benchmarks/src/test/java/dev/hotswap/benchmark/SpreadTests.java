package dev.hotswap.benchmark;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link Spread}.
 */
class SpreadTests {

	@Test
	void medianOfAnOddCountIsTheMiddleValue() {
		assertThat(Spread.of(9, 1, 5)).isEqualTo(new Spread(3, 1, 3, 5, 7, 9));
	}

	@Test
	void medianOfAnEvenCountIsBetweenTheMiddleValues() {
		assertThat(Spread.of(4, 1, 2, 3)).isEqualTo(new Spread(4, 1, 1.75, 2.5, 3.25, 4));
	}

	@Test
	void oneValueIsItsOwnSpread() {
		assertThat(Spread.of(2)).isEqualTo(new Spread(1, 2, 2, 2, 2, 2));
	}

	@Test
	void nothingHasNoSpread() {
		assertThatIllegalArgumentException().isThrownBy(Spread::of);
	}

	@Test
	void isWrittenAsMedianAndRange() {
		Spread spread = Spread.of(1, 2, 3, 4, 5);
		assertThat(spread.range(1)).isEqualTo("3.0 (1.0–5.0)");
		assertThat(spread.quartiles(0)).isEqualTo("3 (2–4)");
	}

	@Test
	void rangeWithoutAnythingToSeeIsLeftOut() {
		assertThat(Spread.of(0, 0, 0).range(0)).isEqualTo("0");
		assertThat(Spread.of(1.01, 1.02).range(1)).isEqualTo("1.0");
	}

}
