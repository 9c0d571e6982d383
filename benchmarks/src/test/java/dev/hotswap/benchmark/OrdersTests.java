package dev.hotswap.benchmark;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Orders}.
 */
class OrdersTests {

	private static final List<String> THINGS = List.of("a", "b", "c");

	@Test
	void eachOrderComesOnceBeforeAnyComesAgain() {
		Orders<String> orders = new Orders<>(THINGS, new Random(1));
		for (int time = 0; time < 3; time++) {
			assertThat(some(orders, 6)).doesNotHaveDuplicates()
				.allSatisfy((order) -> assertThat(order).containsExactlyInAnyOrderElementsOf(THINGS));
		}
	}

	@Test
	void sameSeedGivesTheSameOrders() {
		assertThat(some(new Orders<>(THINGS, new Random(7)), 12))
			.isEqualTo(some(new Orders<>(THINGS, new Random(7)), 12))
			.isNotEqualTo(some(new Orders<>(THINGS, new Random(8)), 12));
	}

	private static List<List<String>> some(Orders<String> orders, int count) {
		return IntStream.range(0, count).mapToObj((i) -> orders.next()).toList();
	}

}
