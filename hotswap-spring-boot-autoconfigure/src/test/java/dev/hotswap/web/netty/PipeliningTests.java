package dev.hotswap.web.netty;

import dev.hotswap.web.TestClient;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for requests that a client sends before it has the response to an earlier one.
 */
@Timeout(60)
class PipeliningTests {

	private static final String LATER = "GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n";

	private static final String HELLO = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";

	/**
	 * Reactor Netty 1.3.7 reads no more then (its issue 4361).
	 */
	@ParameterizedTest
	@EnumSource(TestTransport.class)
	void readsOnWhenTheFirstOfTwoInOneWriteWasAnsweredLaterByAnotherThread(TestTransport transport) throws Exception {
		Sinks.Empty<Void> proceed = Sinks.empty();
		try (TestNettyServer server = TestNettyServer.start(transport, true)
			.handle("/later",
					(request, response) -> proceed.asMono()
						.then(Mono.defer(() -> response.writeWith(TestNettyServer.buffer(response, "later")))));
				TestClient client = server.connect()) {
			client.send(LATER + HELLO);
			server.awaitCensus(0, 1, 0);
			awaitDecoded(server);
			proceed.tryEmitEmpty();
			assertThat(client.read().body()).isEqualTo("later");
			assertThat(client.read().body()).isEqualTo("hello");
			server.awaitCensus(0, 0, 1);
			assertThat(client.get("/hello").body()).isEqualTo("hello");
		}
	}

	/**
	 * What was read at once is decoded by one task.
	 */
	private static void awaitDecoded(TestNettyServer server) throws Exception {
		for (HandoffConnection connection : server.connections()) {
			connection.channel().eventLoop().submit(() -> {
			}).sync();
		}
	}

}
