package dev.hotswap.handoff;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The end of this process: its application closes and it exits; if that hangs, it is
 * halted. Runs on a thread of its own, which keeps the process alive until then.
 */
final class ProcessExit implements Runnable {

	private static final Duration HALT_AFTER = Duration.ofSeconds(30);

	private static final Log logger = LogFactory.getLog(ProcessExit.class);

	private final int status;

	private final @Nullable HandoffApplication application;

	private ProcessExit(int status, @Nullable HandoffApplication application) {
		this.status = status;
		this.application = application;
	}

	/**
	 * End this process.
	 * @param status its exit status
	 * @param application the application to close first, if it has one
	 */
	static void exit(int status, @Nullable HandoffApplication application) {
		new ProcessExit(status, application).start();
	}

	private void start() {
		CompletableFuture.delayedExecutor(HALT_AFTER.toMillis(), TimeUnit.MILLISECONDS, Runnable::run)
			.execute(() -> Runtime.getRuntime().halt(this.status));
		Thread thread = new Thread(this, "hotswap-exit");
		// Not as the thread that starts it: the JVM would exit by itself once the
		// application is closed, with 1 where main has thrown, as with devtools
		thread.setDaemon(false);
		thread.start();
	}

	@Override
	public void run() {
		try {
			// A start that still runs cannot be closed, only ended by exit
			if (this.status == 0 && this.application != null) {
				this.application.close();
			}
		}
		catch (RuntimeException ex) {
			logger.warn("The application failed to close", ex);
		}
		finally {
			System.exit(this.status);
		}
	}

}
