package dev.hotswap.web.tomcat;

import dev.hotswap.web.ShareAssertions;
import dev.hotswap.web.TestListenerSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tests for {@link TomcatHandoffConnector#acceptShare}.
 */
@Timeout(60)
class AcceptShareTests {

	@Test
	void connectionsAreSharedAsTold() throws Exception {
		try (TestServer first = start("first", TestListenerSource.NONE);
				TestServer second = start("second",
						new TestListenerSource((name, address, scheme) -> first.handoff().exportListener()))) {
			ShareAssertions.assertThatShared(first.handoff(), second.handoff());
		}
	}

	@Test
	void whatNobodyElseTakesIsAccepted() throws Exception {
		try (TestServer alone = start("alone", TestListenerSource.NONE)) {
			ShareAssertions.assertThatNothingIsLeft(alone.handoff());
		}
	}

	private static TestServer start(String name, TestListenerSource source) {
		return TestServer.start(true, source, (factory) -> {
		}).handle("/who", (request, response) -> response.getWriter().print(name));
	}

}
