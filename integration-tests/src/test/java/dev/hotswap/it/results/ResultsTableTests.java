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
				""")).isEqualTo("""
				| HANDOFFS | tomcat, JDK 17 | netty-nio, JDK 25 |
				| --- | --- | --- |
				| mode kept, handoffs 10 | 30 of 30 ok, 0 ended unannounced, worst 7.5ms \
				| 19 of 20 ok, 2 ended unannounced, worst 8.5ms |

				| TEST | tomcat, JDK 17 | netty-nio, JDK 25 |
				| --- | --- | --- |
				| StopTests.stops | passed (3.2 s) | – |

				| TRANSFER | tomcat, JDK 17 | netty-nio, JDK 25 |
				| --- | --- | --- |
				| idle 10 | transferred 10, drain 8ms | – |

				""");
	}

}
