package dev.hotswap.web;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes connections one after the other, and notes those that cannot be taken.
 */
public final class Refusals {

	private Refusals() {
	}

	/**
	 * Take connections. Whatever goes wrong with one, the others have their turn.
	 * @param connections the connections
	 * @param taking takes one, and owns it from then on
	 * @return why connections were not taken, for each of them; they are closed
	 */
	public static Map<IdleConnection, IOException> of(List<IdleConnection> connections, Taking taking) {
		Map<IdleConnection, IOException> refusals = new LinkedHashMap<>();
		for (IdleConnection connection : connections) {
			try {
				taking.take(connection);
			}
			catch (IOException ex) {
				refuse(connection, ex, refusals);
			}
			catch (RuntimeException | Error ex) {
				refuse(connection, new IOException("The connection cannot be adopted", ex), refusals);
			}
		}
		return refusals;
	}

	private static void refuse(IdleConnection connection, IOException reason,
			Map<IdleConnection, IOException> refusals) {
		connection.descriptor().close();
		refusals.put(connection, reason);
	}

	/**
	 * Takes a connection.
	 */
	@FunctionalInterface
	public interface Taking {

		/**
		 * Take a connection.
		 * @param connection the connection
		 * @throws IOException if it cannot be taken
		 */
		void take(IdleConnection connection) throws IOException;

	}

}
