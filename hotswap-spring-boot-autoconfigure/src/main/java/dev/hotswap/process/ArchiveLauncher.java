package dev.hotswap.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Launches processes with an archive of their classes, one for each release: from JDK 25
 * on an AOT cache (JEP 483, 514 and 515), else a dynamic archive of class data (JEP 350).
 * It makes the archive itself, once in the life of a process and if there is none, by a
 * training run of the application that ends before anything is started
 * ({@code spring.context.exit=onRefresh}). Whatever goes wrong with an archive, a process
 * is launched without it. May be called by any thread.
 *
 * @since 0.1.0
 */
public final class ArchiveLauncher implements ProcessLauncher {

	/** Since when an AOT cache takes one run to make. */
	private static final int JDK_WITH_AOT_CACHE = 25;

	private static final boolean AOT_CACHE = Runtime.version().feature() >= JDK_WITH_AOT_CACHE;

	/** As Spring Boot's documentation has it for training runs. */
	private static final List<String> WITHOUT_EFFECTS = List.of("-Dspring.context.exit=onRefresh",
			"-Dspring.liquibase.enabled=false", "-Dspring.flyway.enabled=false", "-Dspring.sql.init.mode=never",
			"-Dspring.jpa.hibernate.ddl-auto=none");

	/** SIGABRT, with which HotSpot ends itself, SIGBUS and SIGSEGV, see signal(7). */
	private static final Set<Integer> CRASHES = Set.of(128 + 6, 128 + 7, 128 + 11);

	private static final Duration TIMEOUT = Duration.ofMinutes(5);

	private static final Duration DEATH = Duration.ofSeconds(5);

	private static final Log logger = LogFactory.getLog(ArchiveLauncher.class);

	private final ProcessLauncher launcher;

	private final Path path;

	private final Supplier<@Nullable String> obstacle;

	private final AtomicBoolean begun = new AtomicBoolean();

	/** Guarded by this. */
	private @Nullable Process training;

	/** Guarded by this. */
	private boolean stopped;

	/**
	 * Create a launcher.
	 * @param launcher launches the processes
	 * @param path the folder where archives are kept; need not exist
	 * @param obstacle says why there is no room for a training run at the moment, or
	 * {@code null} if there is
	 */
	public ArchiveLauncher(ProcessLauncher launcher, Path path, Supplier<@Nullable String> obstacle) {
		this.launcher = launcher;
		this.path = path;
		this.obstacle = obstacle;
	}

	@Override
	public LaunchedProcess launch(LaunchRequest request) throws IOException {
		stopPreparing();
		Path archive = find(request);
		if (archive == null) {
			return this.launcher.launch(request);
		}
		logger.info("The successor starts with the archive " + archive);
		LaunchedProcess process = this.launcher.launch(withOptions(request, List.of(use(archive))));
		process.onExit().thenAccept((status) -> discardIfCrashed(status, archive));
		return process;
	}

	private @Nullable Path find(LaunchRequest request) {
		if (Files.notExists(this.path)) {
			return null;
		}
		try {
			ArchiveFolder folder = ArchiveFolder.open(this.path);
			Path archive = folder.archive(ReleaseClasses.key(request));
			if (Files.notExists(archive)) {
				logger.info("The successor starts without an archive: there is none yet of these classes");
				return null;
			}
			folder.use(archive);
			return archive;
		}
		catch (IOException | RuntimeException ex) {
			logger.info("The successor starts without an archive: " + reason(ex));
			return null;
		}
	}

	/**
	 * The JVM checks little of an archive, and the next successor would crash as well.
	 */
	private static void discardIfCrashed(int status, Path archive) {
		if (!CRASHES.contains(status)) {
			return;
		}
		try {
			Files.deleteIfExists(archive);
			logger
				.warn("The archive " + archive + " is deleted: the successor crashed with it (status " + status + ")");
		}
		catch (IOException ex) {
			logger.warn("The successor crashed with an archive (status " + status + "). Delete it: " + archive, ex);
		}
	}

	@Override
	public void prepare(Plan plan) {
		if (!this.begun.compareAndSet(false, true)) {
			return;
		}
		try {
			LaunchRequest request = plan.request();
			String key = ReleaseClasses.key(request);
			ArchiveFolder folder = ArchiveFolder.open(this.path);
			Path archive = folder.archive(key);
			if (Files.exists(archive)) {
				return;
			}
			String obstacle = this.obstacle.get();
			if (obstacle != null) {
				throw new IOException(obstacle);
			}
			make(request, folder, archive);
			folder.tidyUp();
		}
		catch (IOException | RuntimeException ex) {
			logger.warn("No archive is made of this release's classes: " + reason(ex));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void make(LaunchRequest request, ArchiveFolder folder, Path archive)
			throws IOException, InterruptedException {
		long begin = System.nanoTime();
		logger.info("A training run makes an archive of this release's classes for successors");
		Path run = folder.begin();
		Path output = run.resolve("output");
		Path made = run.resolve("archive");
		try {
			train(request, run, made, output);
			if (!isStopped()) {
				folder.publish(made, archive);
				logger.info("Successors of this release start with the archive %s (%d MiB, made in %d s)".formatted(
						archive, Files.size(archive) >> 20, Duration.ofNanos(System.nanoTime() - begin).toSeconds()));
			}
		}
		catch (IOException ex) {
			if (!isStopped()) {
				throw new IOException(reason(ex) + "; see " + folder.end(run, output));
			}
		}
		finally {
			if (Files.exists(run)) {
				folder.end(run, output);
			}
		}
		if (isStopped()) {
			logger.info("The archive of this release's classes is left unfinished");
		}
	}

	private void train(LaunchRequest request, Path run, Path made, Path output)
			throws IOException, InterruptedException {
		List<String> options = new ArrayList<>(WITHOUT_EFFECTS);
		options.add("-Djava.io.tmpdir=" + run);
		options.add("-Dspring.pid.file=" + run.resolve("pid"));
		options.add("-Dlogging.file.name=" + run.resolve("log"));
		options.add((AOT_CACHE ? "-XX:AOTCacheOutput=" : "-XX:ArchiveClassesAtExit=") + made);
		run(withOptions(request, options), output);
		if (Files.notExists(made)) {
			throw new IOException("the training run has made none");
		}
		// What the JVM cannot use would be worse than none, and it may be incomplete
		run(withOptions(request, List.of("--dry-run", AOT_CACHE ? "-XX:AOTMode=on" : "-Xshare:on", use(made))), output);
	}

	private void run(LaunchRequest request, Path output) throws IOException, InterruptedException {
		Process process = start(request, output);
		try {
			if (!process.waitFor(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
				throw new IOException(
						"process " + process.pid() + " did not end within " + TIMEOUT.toMinutes() + " minutes");
			}
			if (process.exitValue() != 0) {
				throw new IOException("process " + process.pid() + " ended with status " + process.exitValue());
			}
		}
		finally {
			synchronized (this) {
				this.training = null;
			}
			end(process);
		}
	}

	private synchronized Process start(LaunchRequest request, Path output) throws IOException {
		if (this.stopped) {
			throw new IOException("it is no longer wanted");
		}
		List<String> words = new ArrayList<>(IdlePolicy.PREFIX);
		words.addAll(request.commandLine().words());
		Process process = ChildProcessLauncher.builder(request.with(new CommandLine(words)))
			.redirectErrorStream(true)
			.redirectInput(Path.of("/dev/null").toFile())
			.redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
			.start();
		this.training = process;
		return process;
	}

	private synchronized boolean isStopped() {
		return this.stopped;
	}

	@Override
	public void stopPreparing() {
		Process process;
		synchronized (this) {
			this.stopped = true;
			process = this.training;
		}
		if (process != null) {
			end(process);
		}
	}

	/**
	 * From JDK 25 on it has a child that writes the archive. Returns when the memory is
	 * free again.
	 */
	private static void end(Process process) {
		if (!process.isAlive()) {
			return;
		}
		try {
			List<ProcessHandle> children = process.descendants().toList();
			process.destroyForcibly();
			children.forEach(ProcessHandle::destroyForcibly);
			process.waitFor(DEATH.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (RuntimeException ex) {
			// The JDK cannot read /proc
			logger.warn("What process " + process.pid() + " has started may run on for some seconds", ex);
		}
		finally {
			process.destroyForcibly();
		}
	}

	private static String use(Path archive) {
		return (AOT_CACHE ? "-XX:AOTCache=" : "-XX:SharedArchiveFile=") + archive;
	}

	/** Messages of the JDK's for files say no more than which. */
	private static String reason(Exception ex) {
		return (ex.getClass() == IOException.class) ? String.valueOf(ex.getMessage()) : ex.toString();
	}

	private static LaunchRequest withOptions(LaunchRequest request, List<String> options) {
		return request.with(request.commandLine().withJvmOptions(options));
	}

}
