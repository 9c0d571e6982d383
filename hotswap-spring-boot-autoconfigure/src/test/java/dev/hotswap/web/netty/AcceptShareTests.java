package dev.hotswap.web.netty;

import dev.hotswap.web.ShareAssertions;
import dev.hotswap.web.TestListenerSource;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests for {@link NettyHandoffConnector#acceptShare}.
 */
@Timeout(60)
class AcceptShareTests {

	@ParameterizedTest
	@EnumSource(TestTransport.class)
	void connectionsAreSharedAsTold(TestTransport transport) throws Exception {
		try (TestNettyServer first = TestNettyServer.start(transport, true).text("/who", "first");
				TestNettyServer second = TestNettyServer
					.start(transport, true,
							new TestListenerSource((name, address, scheme) -> first.handoff().exportListener()))
					.text("/who", "second")) {
			ShareAssertions.assertThatShared(first.handoff(), second.handoff());
		}
	}

	@ParameterizedTest
	@EnumSource(TestTransport.class)
	void whatNobodyElseTakesIsAccepted(TestTransport transport) throws Exception {
		try (TestNettyServer alone = TestNettyServer.start(transport, true).text("/who", "alone")) {
			ShareAssertions.assertThatNothingIsLeft(alone.handoff());
		}
	}

}
