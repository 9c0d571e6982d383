package dev.hotswap.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * A successor that was {@linkplain GentleLauncher launched} with the idle policy, so that
 * it takes the processors from nobody while it starts, and that leaves it before it
 * serves; or earlier, where no processor has time for it.
 * <p>
 * Thread-safe. One daemon thread does it all, which has the usual policy.
 *
 * @since 0.1.0
 */
public final class GentleStart {

	/**
	 * The environment variable by which a predecessor tells a successor that it has the
	 * idle policy for its start only. Not to be passed on.
	 */
	public static final String VARIABLE = "_HOTSWAP_GENTLE_START";

	private static final String THREAD = "hotswap-gentle-start";

	/** As much of a name as the kernel keeps. */
	private static final String THREAD_IN_KERNEL = THREAD.substring(0, 15);

	private static final Duration INTERVAL = Duration.ofMillis(500);

	/** Nobody starts for so long: whoever is to end it has failed. */
	private static final Duration LONGEST = Duration.ofMinutes(10);

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	/**
	 * In which the JIT compilers run only where clients leave time for it: what is left
	 * to compile at the cutover is not to keep the first of them waiting.
	 */
	private static final Duration SETTLING = Duration.ofSeconds(5);

	private static final int ATTEMPTS = 30;

	private static final Duration ATTEMPT_INTERVAL = Duration.ofSeconds(1);

	/** One application may start another in its JVM, as Spring Cloud does. */
	private static final AtomicBoolean BEGUN = new AtomicBoolean();

	private static final Log logger = LogFactory.getLog(GentleStart.class);

	private final SchedulingPolicy policy;

	private final @Nullable ScheduledExecutorService executor;

	private final long began = System.nanoTime();

	/** Only the thread has it. */
	private @Nullable ProcessorShare share;

	/** Only the thread has it. */
	private boolean over;

	/** Only the thread has it: somebody wants it to end, or has wanted it in vain. */
	private boolean ending;

	private GentleStart(SchedulingPolicy policy, boolean lowered) {
		this.policy = policy;
		this.executor = lowered ? Executors.newSingleThreadScheduledExecutor(GentleStart::thread) : null;
	}

	private static Thread thread(Runnable work) {
		Thread thread = new Thread(work, THREAD);
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * Take care of this process, if its predecessor has launched it with the idle policy.
	 * Returns at once.
	 * @param environment the environment of this process
	 * @return what is to be ended
	 */
	public static GentleStart begin(Map<String, String> environment) {
		if (!environment.containsKey(VARIABLE) || !BEGUN.compareAndSet(false, true)) {
			return none();
		}
		return begin(IdlePolicy.ofThisProcess());
	}

	static GentleStart begin(SchedulingPolicy policy) {
		GentleStart start = new GentleStart(policy, policy.isIdle());
		if (start.executor != null) {
			start.executor.execute(start::prepare);
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
		return new GentleStart(IdlePolicy.ofThisProcess(), false);
	}

	/**
	 * Whether a process takes care of itself.
	 */
	static boolean hasBegun(ProcessId process) throws IOException {
		try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(process.pid()), "task"))) {
			for (Path thread : (Iterable<Path>) threads::iterator) {
				Path name = thread.resolve("comm");
				if (Files.exists(name) && Files.readString(name).trim().equals(THREAD_IN_KERNEL)) {
					return true;
				}
			}
			return false;
		}
	}

	private void prepare() {
		try {
			this.policy.restoreCurrentThread();
			this.share = new ProcessorShare();
		}
		catch (IOException | RuntimeException ex) {
			logger.warn("Whether this process gets enough of the processors is not known", ex);
		}
		preferQuickCompiler();
	}

	private void preferQuickCompiler() {
		try {
			this.policy.preferQuickCompiler();
		}
		catch (IOException | RuntimeException | LinkageError | OutOfMemoryError ex) {
			logger.debug("The JIT compilers have the priorities of their makers", ex);
		}
	}

	/** A process that gets nothing at all would be taken for one that hangs. */
	private void look() {
		if (this.over) {
			return;
		}
		try {
			boolean starved = this.share != null && this.share.isStarved();
			if (this.ending || starved || System.nanoTime() - this.began > LONGEST.toNanos()) {
				restore();
				logger.info("This process goes on at its usual priority"
						+ (starved ? ", since no processor has time to spare" : ""));
			}
			else {
				preferQuickCompiler();
			}
		}
		catch (IOException | RuntimeException | LinkageError | OutOfMemoryError ex) {
			logger.warn("This process has the priority of its start, and may not get enough of the processors", ex);
		}
	}

	private void restore() throws IOException {
		this.policy.restore();
		this.over = true;
		this.policy.restoreDescendants();
	}

	/**
	 * Go back to the usual policy with all threads but those of the JIT compilers, which
	 * follow five seconds later. Blocks, usually for some milliseconds. Does nothing once
	 * that is done.
	 * @throws IOException if threads are left behind
	 */
	public synchronized void end() throws IOException {
		if (this.executor == null || this.executor.isShutdown()) {
			return;
		}
		Future<?> ended = this.executor.submit(() -> {
			this.ending = true;
			if (!this.over) {
				restore();
				settle();
			}
			return null;
		});
		try {
			ended.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
			// What is left to do is done all the same
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

	private void settle() {
		if (this.executor != null) {
			this.executor.schedule(this::restoreCompilers, SETTLING.toMillis(), TimeUnit.MILLISECONDS);
		}
		try {
			this.policy.lowerCompilers();
		}
		catch (IOException | RuntimeException ex) {
			logger.debug("The JIT compilers have the usual priority", ex);
		}
	}

	/** A process that serves may be short of descriptors or threads just then. */
	private void restoreCompilers() {
		for (int i = 1; i <= ATTEMPTS; i++) {
			try {
				this.policy.restore();
				return;
			}
			catch (IOException | RuntimeException | LinkageError | OutOfMemoryError ex) {
				String problem = "The JIT compilers of this process still have the priority of its start";
				if (i < ATTEMPTS) {
					logger.debug(problem, ex);
				}
				else {
					logger.error(problem, ex);
				}
			}
			LockSupport.parkNanos(ATTEMPT_INTERVAL.toNanos());
		}
	}

	/**
	 * {@link #end()} it in a process that nobody could serve instead of.
	 */
	public void abandon() {
		try {
			end();
		}
		catch (IOException | RuntimeException ex) {
			logger.error("This process serves with the priority of its start", ex);
		}
	}

}
