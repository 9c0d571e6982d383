package dev.hotswap.release;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * A folder of releases: <pre>
 * releases/&lt;version&gt;/…     one executable jar and whatever else belongs to it; never changed
 * current                  symbolic link to the release that has proven itself
 * </pre> Who deploys a release copies it below a name that starts with a dot, or
 * elsewhere on the same file system, and renames it to its version. Thread-safe;
 * processes that change {@code current} at once do each no harm to the other.
 *
 * @since 0.1.0
 */
public final class ReleaseStore {

	/** Starts with no dot, so that names that do are nobody's release. */
	private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+~-]{0,127}");

	private static final String RELEASES = "releases";

	static final String CURRENT = "current";

	private static final String NEW_CURRENT = ".current.";

	private static final String JAR = ".jar";

	private final Path directory;

	private final ReleaseVerification verification;

	/**
	 * Create a store. Touches nothing yet.
	 * @param directory the folder, made absolute
	 * @param verification how releases are verified
	 */
	public ReleaseStore(Path directory, ReleaseVerification verification) {
		this.directory = directory.toAbsolutePath().normalize();
		this.verification = verification;
	}

	/**
	 * The folder.
	 * @return the absolute path
	 */
	public Path directory() {
		return this.directory;
	}

	Path releases() {
		return this.directory.resolve(RELEASES);
	}

	/**
	 * The releases that are there, also those that could not be launched.
	 * @return the entries, the newest first by the time their folder was last changed
	 * @throws ReleaseException if the folder cannot be read
	 */
	public List<Entry> list() throws ReleaseException {
		List<Entry> entries = new ArrayList<>();
		try (DirectoryStream<Path> folders = Files.newDirectoryStream(releases(), ReleaseStore::isRelease)) {
			for (Path folder : folders) {
				entry(folder, entries);
			}
		}
		catch (IOException | DirectoryIteratorException ex) {
			throw new ReleaseException("The releases in " + releases() + " cannot be listed", ex);
		}
		entries.sort(Comparator.comparing(Entry::modified)
			.thenComparing(Entry::version, Comparator.naturalOrder())
			.reversed());
		return entries;
	}

	private void entry(Path folder, List<Entry> entries) throws IOException {
		String version = folder.getFileName().toString();
		try {
			FileTime modified = Files.getLastModifiedTime(folder, LinkOption.NOFOLLOW_LINKS);
			String jar = null;
			String problem = null;
			try {
				jar = find(version).jar().getFileName().toString();
			}
			catch (ReleaseException ex) {
				problem = ex.getMessage();
			}
			entries.add(new Entry(version, modified.toInstant(), jar, problem));
		}
		catch (NoSuchFileException ex) {
			// Pruned in between
		}
	}

	private static boolean isRelease(Path folder) {
		return VERSION.matcher(folder.getFileName().toString()).matches()
				&& Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS);
	}

	/**
	 * Find a release.
	 * @param version its version
	 * @return the release, whose jar is the only one in its folder
	 * @throws ReleaseException if there is no such release, or it is not clear what to
	 * launch
	 */
	public Release find(String version) throws ReleaseException {
		if (!VERSION.matcher(version).matches()) {
			throw new ReleaseException("'" + printable(version)
					+ "' is no version: it takes letters, digits and . _ + ~ -, and starts with a letter or digit");
		}
		Path folder = releases().resolve(version);
		if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
			throw new ReleaseException("There is no release " + version + ": " + folder + (Files.isSymbolicLink(folder)
					? " is a symbolic link, and a release is a folder of its own" : " is not a folder"));
		}
		List<Path> jars = new ArrayList<>();
		try (DirectoryStream<Path> files = Files.newDirectoryStream(folder,
				(file) -> file.getFileName().toString().endsWith(JAR))) {
			files.forEach(jars::add);
			if (jars.size() != 1) {
				throw new ReleaseException("The release " + version + " has " + jars.size() + " jars in " + folder
						+ ", so it is not clear what to launch. Keep exactly one *.jar there");
			}
			Path jar = jars.get(0).toRealPath();
			if (!folder.toRealPath().equals(jar.getParent()) || !Files.isRegularFile(jar)) {
				throw new ReleaseException("The release " + version + " has the jar " + jars.get(0)
						+ ", which is no file of that folder but " + jar + ". Put the file itself there");
			}
			return new Release(version, jar);
		}
		catch (ReleaseException ex) {
			throw ex;
		}
		catch (IOException | DirectoryIteratorException ex) {
			throw new ReleaseException("The release " + version + " in " + folder + " cannot be looked at", ex);
		}
	}

	private static String printable(String text) {
		String shown = text.replaceAll("\\p{Cntrl}", "?");
		return (shown.length() > 64) ? shown.substring(0, 64) + "…" : shown;
	}

	/**
	 * Verify that a release is what was built. Reads the whole jar.
	 * @param release the release
	 * @throws ReleaseException if it is not, or that cannot be told
	 */
	public void verify(Release release) throws ReleaseException {
		if (this.verification == ReleaseVerification.SHA256) {
			Sha256File.verify(release.jar());
		}
	}

	/**
	 * The release that a file belongs to.
	 * @param file a path, whose symbolic links are followed
	 * @return the version, or {@code null} when it belongs to none, or does not exist
	 */
	public @Nullable String versionOf(Path file) {
		try {
			Path releases = releases().toRealPath();
			Path real = file.toRealPath();
			if (!real.startsWith(releases) || real.getNameCount() < releases.getNameCount() + 2) {
				return null;
			}
			String version = real.getName(releases.getNameCount()).toString();
			return VERSION.matcher(version).matches() ? version : null;
		}
		catch (IOException ex) {
			return null;
		}
	}

	/**
	 * The release that {@code current} names.
	 * @return the version, or {@code null} where there is no {@code current}
	 * @throws ReleaseException if it is something else than a link to a release
	 */
	public @Nullable String current() throws ReleaseException {
		Path link = this.directory.resolve(CURRENT);
		try {
			Path target = Files.readSymbolicLink(link);
			Path folder = this.directory.resolve(target).toRealPath();
			if (releases().toRealPath().equals(folder.getParent())) {
				return folder.getFileName().toString();
			}
			throw new ReleaseException(link + " names " + target + ", which is no folder in " + releases()
					+ ". Correct or remove the link");
		}
		catch (NoSuchFileException ex) {
			if (Files.notExists(link, LinkOption.NOFOLLOW_LINKS)) {
				return null;
			}
			throw new ReleaseException(link + " names a release that does not exist. Correct or remove the link");
		}
		catch (ReleaseException ex) {
			throw ex;
		}
		catch (IOException ex) {
			throw new ReleaseException(link + " is no symbolic link that can be read. Remove it", ex);
		}
	}

	/**
	 * Point {@code current} to a release, by the rename of a new link: whoever follows it
	 * finds one release or the other.
	 * @param version the version, which exists
	 * @throws ReleaseException if that cannot be done; {@code current} is as it was
	 */
	public void makeCurrent(String version) throws ReleaseException {
		Path link = this.directory.resolve(CURRENT);
		find(version);
		if (Files.exists(link, LinkOption.NOFOLLOW_LINKS) && !Files.isSymbolicLink(link)) {
			throw new ReleaseException(link + " is no symbolic link, so it is left alone. Remove it");
		}
		Path next = this.directory.resolve(NEW_CURRENT + ProcessHandle.current().pid());
		try {
			removeLeftOverLinks();
			// Relative, so that the whole folder can be moved or mounted elsewhere
			Files.createSymbolicLink(next, Path.of(RELEASES, version));
			Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
		}
		catch (IOException ex) {
			throw new ReleaseException(link + " could not be pointed to the release " + version
					+ ". See that this user may change " + this.directory, ex);
		}
	}

	/** Of processes that were killed before their rename. */
	private void removeLeftOverLinks() throws IOException {
		try (DirectoryStream<Path> links = Files.newDirectoryStream(this.directory, NEW_CURRENT + "*")) {
			for (Path link : links) {
				if (Files.isSymbolicLink(link)) {
					Files.deleteIfExists(link);
				}
			}
		}
	}

	/**
	 * A release in the store. Immutable.
	 *
	 * @param version its version
	 * @param modified when its folder was last changed
	 * @param jar the file name of its jar, or {@code null} when it could not be launched
	 * @param problem why it could not be launched, or {@code null}
	 */
	public record Entry(String version, Instant modified, @Nullable String jar, @Nullable String problem) {

	}

}
