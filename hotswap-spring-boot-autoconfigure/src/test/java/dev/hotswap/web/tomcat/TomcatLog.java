package dev.hotswap.web.tomcat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * What Tomcat logs at ERROR.
 */
final class TomcatLog extends Handler implements AutoCloseable {

	private final Logger logger = Logger.getLogger("org.apache");

	private final List<String> records = new CopyOnWriteArrayList<>();

	TomcatLog() {
		this.logger.addHandler(this);
	}

	List<String> records() {
		return this.records;
	}

	@Override
	public void publish(LogRecord record) {
		if (record.getLevel().intValue() >= Level.SEVERE.intValue()) {
			this.records.add(record.getMessage() + " " + record.getThrown());
		}
	}

	@Override
	public void flush() {
	}

	@Override
	public void close() {
		this.logger.removeHandler(this);
	}

}
