package dev.hotswap.web.tomcat;

import java.util.concurrent.atomic.AtomicLong;

import dev.hotswap.web.ConnectorFigures;

/**
 * The counters behind a connector's figures.
 */
final class ConnectionCounters {

	final AtomicLong adopted = new AtomicLong();

	final AtomicLong givenUp = new AtomicLong();

	final AtomicLong announced = new AtomicLong();

	final AtomicLong ended = new AtomicLong();

	final AtomicLong evicted = new AtomicLong();

	ConnectorFigures figures() {
		return new ConnectorFigures(this.adopted.get(), this.givenUp.get(), this.announced.get(), this.ended.get(),
				this.evicted.get());
	}

}
