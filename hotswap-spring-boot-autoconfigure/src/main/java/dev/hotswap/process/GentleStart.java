package dev.hotswap.process;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Lets a launched successor take the processors from nobody while it starts: its threads
 * have the policy {@code SCHED_IDLE} of sched(7), and go back to the usual one before it
 * serves. To go back takes the capability {@code CAP_SYS_NICE} or a sufficient
 * {@code RLIMIT_NICE}: where it is not permitted, nothing is changed. Where no processor
 * has time for the successor, it goes back early.
 * <p>
 * Thread-safe. One daemon thread does it all, which keeps the usual policy.
 *
 * @since 0.1.0
 */
public final class GentleStart {

	/**
	 * The environment variable by which a predecessor asks for it. Not to be passed on.
	 */
	public static final String VARIABLE = "_HOTSWAP_GENTLE_START";

	private static final Duration INTERVAL = Duration.ofMillis(500);

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	/**
	 * In which the JIT compilers run only where clients leave time for it: what is left
	 * to compile at the cutover is not to keep the first of them waiting.
	 */
	private static final Duration SETTLING = Duration.ofSeconds(5);

	private static final Log logger = LogFactory.getLog(GentleStart.class);

	private final @Nullable ScheduledExecutorService executor;

	private final SchedulingPolicy policy;

	/** Why nothing was changed. Nobody could log it at that time. */
	private volatile @Nullable String problem;

	/** Only the thread has it. */
	private @Nullable ProcessorShare share;

	private GentleStart(boolean wanted, SchedulingPolicy policy) {
		this.policy = policy;
		this.executor = wanted ? Executors.newSingleThreadScheduledExecutor(GentleStart::thread) : null;
	}

	private static Thread thread(Runnable work) {
		Thread thread = new Thread(work, "hotswap-gentle-start");
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * Begin, if the predecessor asks for it. Returns at once.
	 * @param environment the environment of this process
	 * @return what is to be ended
	 */
	public static GentleStart begin(Map<String, String> environment) {
		return begin(environment.containsKey(VARIABLE), new IdlePolicy());
	}

	static GentleStart begin(boolean wanted, SchedulingPolicy policy) {
		GentleStart start = new GentleStart(wanted, policy);
		if (start.executor != null) {
			start.executor.execute(start::lower);
			start.executor.scheduleWithFixedDelay(start::look, INTERVAL.toMillis(), INTERVAL.toMillis(),
					TimeUnit.MILLISECONDS);
		}
		return start;
	}

	/**
	 * A start like any other.
	 * @return nothing to end
	 */
	public static GentleStart none() {
		return new GentleStart(false, new IdlePolicy());
	}

	private void lower() {
		try {
			ProcessorShare share = new ProcessorShare();
			this.policy.lower();
			this.share = share;
		}
		catch (IOException | RuntimeException ex) {
			this.problem = String.valueOf(ex.getMessage());
		}
	}

	/** A process that is not served at all would be taken for one that hangs. */
	private void look() {
		if (this.share == null) {
			return;
		}
		try {
			if (this.share.isStarved()) {
				this.policy.restore();
				this.policy.restoreCompilers();
				this.share = null;
				logger.info("No processor has time to spare, so this process goes on starting at its usual priority");
			}
		}
		catch (IOException | RuntimeException ex) {
			logger.warn("Whether this process gets enough of the processors is not known", ex);
		}
	}

	/**
	 * {@link #end()} it in a process that has nobody to tell of a failure.
	 */
	public void abandon() {
		try {
			end();
		}
		catch (IOException | RuntimeException ex) {
			logger.error("This process serves with the priority of its start", ex);
		}
	}

	/**
	 * Go back to the usual policy with all threads but those of the JIT compilers, which
	 * follow five seconds later. Blocks, usually for some milliseconds. The second call
	 * does nothing.
	 * @throws IOException if threads are left behind
	 */
	public synchronized void end() throws IOException {
		String problem = this.problem;
		if (problem != null) {
			logger
				.info("This process has started at its usual priority, in spite of hotswap.launch.gentle: " + problem);
			this.problem = null;
		}
		if (this.executor == null || this.executor.isShutdown()) {
			return;
		}
		Future<?> restored = this.executor.submit(() -> {
			if (this.share != null) {
				this.policy.restore();
				this.share = null;
				this.executor.schedule(this::restoreCompilers, SETTLING.toMillis(), TimeUnit.MILLISECONDS);
			}
			return null;
		});
		try {
			restored.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
			this.executor.shutdown();
		}
		catch (ExecutionException ex) {
			throw new IOException(ex.getCause().getMessage(), ex.getCause());
		}
		catch (TimeoutException ex) {
			throw new IOException("It took longer than " + TIMEOUT.toSeconds() + " s", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException("Interrupted", ex);
		}
	}

	private void restoreCompilers() {
		try {
			this.policy.restoreCompilers();
		}
		catch (IOException | RuntimeException ex) {
			logger.error("The JIT compilers of this process still have the priority of its start", ex);
		}
	}

}
