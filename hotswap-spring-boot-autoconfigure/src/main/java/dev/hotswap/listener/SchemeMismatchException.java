package dev.hotswap.listener;

import java.io.IOException;

/**
 * An offered listener is claimed with another scheme: the connections that wait in its
 * accept queue speak the one, the connector the other.
 */
@SuppressWarnings("serial")
public final class SchemeMismatchException extends IOException {

	SchemeMismatchException(Listener offered, String wanted) {
		super("The predecessor offers " + offered + ", but this process is configured for " + wanted
				+ " on that address. Clients on one address cannot change from one scheme to the other unnoticed: "
				+ "keep the scheme, or use another port for " + wanted + ", or stop the old process first.");
	}

}
