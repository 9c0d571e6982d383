package dev.hotswap.it.results;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ResultsTable}.
 */
class ResultsTableTests {

	@Test
	void eachTestIsARowAndEachPlatformAColumn() {
		assertThat(ResultsTable.of("""
				[INFO] something else
				HANDOFFS jdk=25 server=netty-nio mode=kept handoffs=10 sent=20 ok=19 non200=1 failed=0 worst=8.5ms \
				connects=3 announced=2 silent=1 resets=1 processes=11 failures={closed=1}
				HANDOFFS jdk=17 server=tomcat mode=kept handoffs=10 sent=30 ok=30 non200=0 failed=0 worst=7.5ms \
				connects=3 announced=0 silent=0 resets=0 processes=11
				TEST jdk=17 server=tomcat test=StopTests.stops outcome=passed seconds=3.2
				TRANSFER jdk=17 server=tomcat idle=10 transferred=10 drain=8ms
				HANDOFFS jdk=17 server=tomcat mode=per-request handoffs=10 sent=30 ok=30 non200=0 failed=0 worst=7.5ms \
				connects=30 announced=0 silent=0 resets=0 processes=11
				RACE jdk=25 server=netty-nio test=GiveUpRaceTests interleavings=10000 moves=12345
				TEST jdk=17 server=tomcat test=BadInputTests.floods outcome=passed seconds=0.5
				""")).isEqualTo(
				"""
						| HANDOFFS | tomcat, JDK 17 | netty-nio, JDK 25 |
						| --- | --- | --- |
						| mode kept, handoffs 10 | 30 of 30 ok, 3 connects, 0 ended announced, 0 ended unannounced, worst 7.5ms \
						| 19 of 20 ok, 3 connects, 2 ended announced, 2 ended unannounced, worst 8.5ms |
						| mode per-request, handoffs 10 | 30 of 30 ok, 0 ended unannounced, worst 7.5ms | – |

						| RACE | tomcat, JDK 17 | netty-nio, JDK 25 |
						| --- | --- | --- |
						| GiveUpRaceTests | – | interleavings 10000, moves 12345 |

						| TEST | tomcat, JDK 17 | netty-nio, JDK 25 |
						| --- | --- | --- |
						| BadInputTests.floods | passed (0.5 s) | – |
						| StopTests.stops | passed (3.2 s) | – |

						| TRANSFER | tomcat, JDK 17 | netty-nio, JDK 25 |
						| --- | --- | --- |
						| idle 10 | transferred 10, drain 8ms | – |

						""");
	}

}
