package dev.hotswap.handoff;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import dev.hotswap.web.HandoffConnector;
import dev.hotswap.web.HandoffConnectors;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Takes over the connections that the predecessor gives up, and answers for each. Runs on
 * worker threads.
 */
final class ConnectionAdoption {

	private static final Log logger = LogFactory.getLog(ConnectionAdoption.class);

	private final HandoffConnectors connectors;

	ConnectionAdoption(HandoffConnectors connectors) {
		this.connectors = connectors;
	}

	Frame.Answered adopt(Frame.Connections offered) {
		List<Long> adopted = new ArrayList<>();
		List<Long> returned = new ArrayList<>();
		HandoffConnector connector = find(offered.connector());
		for (MovingConnection moving : offered.connections()) {
			(adopt(connector, moving) ? adopted : returned).add(moving.id());
		}
		return new Frame.Answered(adopted, returned);
	}

	private static boolean adopt(@Nullable HandoffConnector connector, MovingConnection moving) {
		if (connector == null) {
			moving.connection().descriptor().close();
			return false;
		}
		try {
			connector.adopt(moving.connection().descriptor(), moving.connection().kept());
			return true;
		}
		catch (IOException | RuntimeException ex) {
			logger.debug("A connection goes back to the predecessor", ex);
			return false;
		}
	}

	private @Nullable HandoffConnector find(String name) {
		return this.connectors.all()
			.stream()
			.filter((connector) -> connector.name().equals(name) && connector.canTransfer())
			.findFirst()
			.orElse(null);
	}

}
