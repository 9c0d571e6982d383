package dev.hotswap.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Launches processes with an archive of their classes, one for each release, with which
 * they start in about half the time: from JDK 25 on an AOT cache (JEP 483, 514, 515),
 * else a dynamic archive of class data (JEP 350). It makes the archives itself, by
 * training runs of the application that end before anything is started
 * ({@code spring.context.exit=onRefresh}). May be called by any thread.
 *
 * @since 0.1.0
 */
public final class ArchiveLauncher implements ProcessLauncher {

	/** Since when an AOT cache takes one run to make. */
	private static final int JDK_WITH_AOT_CACHE = 25;

	private static final Duration TIMEOUT = Duration.ofMinutes(5);

	private static final Log logger = LogFactory.getLog(ArchiveLauncher.class);

	private final ProcessLauncher launcher;

	private final ArchiveFolder folder;

	private final Supplier<@Nullable String> obstacle;

	private final boolean aotCache = Runtime.version().feature() >= JDK_WITH_AOT_CACHE;

	/** Guarded by this. */
	private @Nullable Process training;

	/** Guarded by this. */
	private boolean over;

	/**
	 * Create a launcher.
	 * @param launcher launches the processes
	 * @param folder where archives are kept; need not exist
	 * @param obstacle says why there is no room for a training run at the moment, or
	 * {@code null} if there is
	 */
	public ArchiveLauncher(ProcessLauncher launcher, Path folder, Supplier<@Nullable String> obstacle) {
		this.launcher = launcher;
		this.folder = new ArchiveFolder(folder.toAbsolutePath());
		this.obstacle = obstacle;
	}

	/**
	 * A training run ends first: a third process would take processors and memory from
	 * the two, and one that hands over needs no archive any more.
	 */
	@Override
	public LaunchedProcess launch(LaunchRequest request) throws IOException {
		endTraining();
		return this.launcher.launch(withArchive(request));
	}

	private LaunchRequest withArchive(LaunchRequest request) {
		Path archive;
		try {
			archive = this.folder.archive(ReleaseClasses.key(request));
			if (Files.notExists(archive)) {
				logger.debug("There is no archive " + archive);
				return request;
			}
			this.folder.prepare();
			this.folder.use(archive);
		}
		catch (IOException | IllegalArgumentException ex) {
			logger.info("The successor starts without an archive of its classes, since " + ex.getMessage());
			return request;
		}
		logger.info("The successor starts with the archive " + archive);
		return withOption(request, (this.aotCache ? "-XX:AOTCache=" : "-XX:SharedArchiveFile=") + archive);
	}

	/**
	 * Make the archive if there is none.
	 */
	@Override
	public void prepare(LaunchRequest request) {
		this.launcher.prepare(request);
		try {
			String key = ReleaseClasses.key(request);
			this.folder.prepare();
			Path archive = this.folder.archive(key);
			if (Files.exists(archive)) {
				return;
			}
			String obstacle = this.obstacle.get();
			if (obstacle != null) {
				throw new IOException(obstacle);
			}
			train(request, this.folder.unfinished(key), archive);
			this.folder.tidyUp();
		}
		catch (IOException | IllegalArgumentException ex) {
			logger.warn("No archive of this release's classes is made, since " + ex.getMessage());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void train(LaunchRequest request, Path unfinished, Path archive) throws IOException, InterruptedException {
		long begin = System.nanoTime();
		Process process = start(withOption(
				withOption(request, (this.aotCache ? "-XX:AOTCacheOutput=" : "-XX:ArchiveClassesAtExit=") + unfinished),
				"-Dspring.context.exit=onRefresh"));
		if (process == null) {
			return;
		}
		logger.info("Process " + process.pid() + " makes an archive of this release's classes for successors");
		try {
			boolean inTime = process.waitFor(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
			if (isOver()) {
				logger.info("The archive is left unfinished");
				return;
			}
			if (!inTime) {
				throw new IOException("process " + process.pid() + " did not end within " + TIMEOUT.toMinutes()
						+ " minutes; see " + this.folder.log());
			}
			if (process.exitValue() != 0 || Files.notExists(unfinished)) {
				throw new IOException("process " + process.pid() + " ended with status " + process.exitValue()
						+ (Files.exists(unfinished) ? "" : " and without one") + "; see " + this.folder.log());
			}
			this.folder.publish(unfinished, archive);
			logger.info("Successors of this release start with the archive " + archive + " ("
					+ Files.size(archive) / 1024 / 1024 + " MiB, made in "
					+ Duration.ofNanos(System.nanoTime() - begin).toSeconds() + " s)");
		}
		finally {
			end(process);
			this.folder.discard(unfinished);
		}
	}

	private synchronized @Nullable Process start(LaunchRequest request) throws IOException {
		if (this.over) {
			return null;
		}
		List<String> words = new ArrayList<>(IdlePolicy.PREFIX);
		words.addAll(request.commandLine().words());
		this.training = ChildProcessLauncher.builder(request.with(new CommandLine(words)))
			.redirectErrorStream(true)
			.redirectInput(Path.of("/dev/null").toFile())
			.redirectOutput(this.folder.log().toFile())
			.start();
		return this.training;
	}

	private synchronized boolean isOver() {
		return this.over;
	}

	@Override
	public void close() {
		endTraining();
		this.launcher.close();
	}

	private void endTraining() {
		Process process;
		synchronized (this) {
			this.over = true;
			process = this.training;
		}
		if (process != null) {
			end(process);
		}
	}

	/** From JDK 25 on it has a child that writes the archive. */
	private static void end(Process process) {
		List<ProcessHandle> children = process.descendants().toList();
		process.destroyForcibly();
		children.forEach(ProcessHandle::destroyForcibly);
	}

	private static LaunchRequest withOption(LaunchRequest request, String option) {
		return request.with(request.commandLine().withJvmOptions(List.of(option)));
	}

}
