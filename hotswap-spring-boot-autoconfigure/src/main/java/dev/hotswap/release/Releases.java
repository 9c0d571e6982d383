package dev.hotswap.release;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * What a handoff needs to know and do about releases: which one runs, which one to launch
 * and whether it is intact, and what follows once it has proven itself. Works without a
 * store, too: then there is no other release, but the running jar is still looked after.
 * Thread-safe; the methods read and write files.
 *
 * @since 0.1.0
 */
public final class Releases {

	private static final Path PROC = Path.of("/proc");

	private static final Log logger = LogFactory.getLog(Releases.class);

	private final @Nullable ReleaseStore store;

	private final ReleaseVerification verification;

	private final int keep;

	private final Path proc;

	private final @Nullable RunningJar runningJar;

	private final @Nullable Path jarPath;

	private final @Nullable String running;

	private final @Nullable String launchableAtStart;

	/**
	 * Create the releases of this process, and remember what its jar is like now: call it
	 * early.
	 * @param store the store, or {@code null} where none is configured
	 * @param verification whether a release that is not intact is refused; otherwise a
	 * jar that was overwritten is only logged
	 * @param keep how many releases pruning leaves, at least 1
	 * @return the releases
	 */
	public static Releases ofThisProcess(@Nullable ReleaseStore store, ReleaseVerification verification, int keep) {
		// With -jar it is that jar alone
		return new Releases(store, verification, keep, System.getProperty("java.class.path", ""), PROC);
	}

	Releases(@Nullable ReleaseStore store, ReleaseVerification verification, int keep, String classPath, Path proc) {
		if (keep < 1) {
			throw new IllegalArgumentException("At least one release must be kept");
		}
		this.store = store;
		this.verification = verification;
		this.keep = keep;
		this.proc = proc;
		List<String> entries = List.of(classPath.split(File.pathSeparator));
		this.runningJar = runningJar(store, entries);
		this.jarPath = (this.runningJar != null && entries.size() == 1) ? Path.of(entries.get(0)).toAbsolutePath()
				: null;
		this.running = (store != null && this.runningJar != null) ? store.versionOf(this.runningJar.path()) : null;
		this.launchableAtStart = launchable();
	}

	private static @Nullable RunningJar runningJar(@Nullable ReleaseStore store, List<String> classPath) {
		if (classPath.size() == 1) {
			return RunningJar.remember(Path.of(classPath.get(0)));
		}
		return classPath.stream()
			.map(Path::of)
			.filter((entry) -> store != null && store.versionOf(entry) != null)
			.findFirst()
			.map(RunningJar::remember)
			.orElse(null);
	}

	/**
	 * The store.
	 * @return the store, or {@code null} where none is configured
	 */
	public @Nullable ReleaseStore store() {
		return this.store;
	}

	/**
	 * The release that this process runs.
	 * @return the version, or {@code null} when its jar lies in no release's folder
	 */
	public @Nullable String running() {
		return this.running;
	}

	/**
	 * What a handoff for which no release is asked would launch now: a release, or the
	 * jar at the path that this process was started with.
	 * @return the release's version, or else words that are equal for the same file and
	 * none of its contents; {@code null} if there is nothing to launch, or it is not
	 * known
	 */
	public @Nullable String launchable() {
		try {
			if (this.store != null) {
				String current = this.store.current();
				return (current != null) ? current : this.running;
			}
			return (this.jarPath != null) ? RunningJar.describe(this.jarPath) : null;
		}
		catch (IOException ex) {
			// In the middle of a deployment
			logger.debug("It is not known what a handoff would launch", ex);
			return null;
		}
	}

	/**
	 * What {@link #launchable()} was when this process started.
	 * @return as {@link #launchable()}
	 */
	public @Nullable String launchableAtStart() {
		return this.launchableAtStart;
	}

	/**
	 * The path at which {@link #launchable()} looks.
	 * @return an absolute path, or {@code null} if there is none
	 */
	public @Nullable Path launchablePath() {
		return (this.store != null) ? this.store.directory().resolve(ReleaseStore.CURRENT) : this.jarPath;
	}

	/**
	 * Whether the running jar is still what this process was started from.
	 * @return {@code null} if it is, or nothing to the contrary is known; or why a
	 * handoff had better not begin, and what to do
	 */
	public @Nullable String runningJarProblem() {
		String problem = (this.runningJar != null) ? this.runningJar.problem() : null;
		if (problem == null) {
			return null;
		}
		if (this.verification == ReleaseVerification.NONE) {
			logger.warn(problem + " hotswap.release.verify is 'none', so a handoff may begin all the same");
			return null;
		}
		return problem + " Stop this process and start it anew. In future deploy with 'mv', which replaces the file, "
				+ "or to a folder of its own. To hand over all the same, set hotswap.release.verify=none.";
	}

	/**
	 * Choose the release to launch and verify it: the requested one, else the one that
	 * {@code current} names, else the running one.
	 * @param requested the requested version, or {@code null}
	 * @return the release; empty to launch what the command line says, since releases are
	 * not used here
	 * @throws ReleaseException if there is no such release or it is not intact, or the
	 * running jar was overwritten
	 */
	public Optional<Release> verify(@Nullable String requested) throws ReleaseException {
		String problem = runningJarProblem();
		if (problem != null) {
			throw new ReleaseException(problem);
		}
		if (this.store == null) {
			if (requested != null) {
				throw new ReleaseException("A handoff to a release was asked for, but hotswap.release.directory is "
						+ "not set, so there are no releases. Set it, or ask without a release");
			}
			return Optional.empty();
		}
		String version = (requested != null) ? requested : this.store.current();
		version = (version != null) ? version : this.running;
		if (version == null) {
			return Optional.empty();
		}
		Release release = this.store.find(version);
		this.store.verify(release);
		return Optional.of(release);
	}

	/**
	 * Note that the release that this process runs has proven itself: {@code current}
	 * names it from now on, and old releases are pruned. What fails is logged, since the
	 * service does not depend on it.
	 */
	public void proven() {
		if (this.store == null || this.running == null) {
			return;
		}
		try {
			this.store.makeCurrent(this.running);
		}
		catch (ReleaseException ex) {
			logger.error(
					"Release " + this.running + " has proven itself, but is not the current one: " + ex.getMessage());
			return;
		}
		List<String> pruned = prune(this.store, this.running);
		logger.info("Release " + this.running + " is the current one"
				+ (pruned.isEmpty() ? "" : "; pruned " + String.join(", ", pruned)));
	}

	private List<String> prune(ReleaseStore store, String running) {
		try {
			return new Pruning(store, this.keep, this.proc).prune(Set.of(running));
		}
		catch (IOException | DirectoryIteratorException ex) {
			logger.warn("Old releases in " + store.directory() + " could not all be pruned: " + ex);
			return List.of();
		}
	}

}
