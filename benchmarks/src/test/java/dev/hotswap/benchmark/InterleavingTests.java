package dev.hotswap.benchmark;

import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Interleaving}.
 */
class InterleavingTests {

	private static final List<String> VARIANTS = List.of("a", "b", "c");

	@Test
	void eachBlockHasEachVariantOnce() {
		assertThat(blocks(1)).allSatisfy((block) -> assertThat(block).containsExactlyInAnyOrderElementsOf(VARIANTS));
	}

	@Test
	void everyVariantComesFirstAtTimes() {
		assertThat(blocks(1).stream().map((block) -> block.get(0))).contains("a", "b", "c");
	}

	@Test
	void sameSeedGivesTheSameOrder() {
		assertThat(blocks(7)).isEqualTo(blocks(7)).isNotEqualTo(blocks(8));
	}

	private static List<List<String>> blocks(long seed) {
		Interleaving interleaving = new Interleaving(seed);
		return IntStream.range(0, 30).mapToObj((i) -> interleaving.block(VARIANTS)).toList();
	}

}
