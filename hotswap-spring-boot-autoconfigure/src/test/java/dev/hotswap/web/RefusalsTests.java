package dev.hotswap.web;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.hotswap.descriptor.LoopbackPair;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Refusals}.
 */
class RefusalsTests {

	@Test
	void whateverGoesWrongWithOneTheOthersHaveTheirTurn() throws Exception {
		List<Throwable> problems = List.of(new IOException("full"), new IllegalStateException("odd"),
				new OutOfMemoryError("heap"));
		List<Socket> clients = new ArrayList<>();
		List<IdleConnection> connections = new ArrayList<>();
		for (int i = 0; i <= problems.size(); i++) {
			LoopbackPair pair = LoopbackPair.connect();
			clients.add(pair.client());
			connections.add(new IdleConnection(pair.server(), true));
		}
		IdleConnection last = connections.get(problems.size());
		List<IdleConnection> taken = new ArrayList<>();
		Map<IdleConnection, IOException> refusals = Refusals.of(connections, (connection) -> {
			int index = connections.indexOf(connection);
			if (index < problems.size()) {
				sneak(problems.get(index));
			}
			taken.add(connection);
		});
		assertThat(taken).containsExactly(last);
		assertThat(refusals).containsOnlyKeys(connections.subList(0, problems.size()));
		assertThat(refusals.get(connections.get(0))).hasMessage("full");
		assertThat(refusals.get(connections.get(2))).hasCause(problems.get(2));
		assertThat(refusals.keySet()).allMatch((refused) -> refused.descriptor().isClosed());
		assertThat(last.descriptor().isClosed()).isFalse();
		last.descriptor().close();
		for (Socket client : clients) {
			client.close();
		}
	}

	@SuppressWarnings("unchecked")
	private static <T extends Throwable> void sneak(Throwable problem) throws T {
		throw (T) problem;
	}

}
