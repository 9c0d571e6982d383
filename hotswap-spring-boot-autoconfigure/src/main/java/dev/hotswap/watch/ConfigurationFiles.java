package dev.hotswap.watch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The files that this process has read its configuration from, as they were then. What a
 * location holds is read when it is added, which must be before the application reads it:
 * a change in between is then taken for one that the process does not have, and leads to
 * a handoff too many, never to one too few. Thread-safe.
 *
 * @since 0.1.0
 */
public final class ConfigurationFiles {

	private static final int REVISION_LENGTH = 12;

	private static final String UNREADABLE = "unreadable";

	private static final Log logger = LogFactory.getLog(ConfigurationFiles.class);

	private final Set<ConfigurationLocation> locations = new LinkedHashSet<>();

	private final SortedMap<ConfigurationFile, String> loaded = new TreeMap<>();

	private Set<String> profiles = Set.of();

	/**
	 * Add a location that the application is about to read. One that cannot be read is
	 * that one's problem.
	 * @param location the location
	 */
	public synchronized void add(ConfigurationLocation location) {
		if (!this.locations.add(location)) {
			return;
		}
		try {
			read(location).forEach(this.loaded::putIfAbsent);
		}
		catch (IOException ex) {
			logger.debug("Cannot read " + location, ex);
		}
	}

	/**
	 * Tell which profiles are active: files of others do not count.
	 * @param profiles the profiles
	 */
	public synchronized void activate(Collection<String> profiles) {
		this.profiles = Set.copyOf(profiles);
	}

	/**
	 * The revision of the configuration that this process has read.
	 * @return some digits that depend on the paths and contents of its files, or
	 * {@code null} if there were none
	 */
	public synchronized @Nullable String revision() {
		return revision(this.loaded);
	}

	/**
	 * The revision of what the files hold now.
	 * @return as {@link #revision()}
	 * @throws IOException if a file or folder cannot be read
	 */
	public synchronized @Nullable String currentRevision() throws IOException {
		SortedMap<ConfigurationFile, String> current = new TreeMap<>();
		for (ConfigurationLocation location : this.locations) {
			current.putAll(read(location));
		}
		return revision(current);
	}

	synchronized void addTo(WatchedFolders folders) throws IOException {
		for (ConfigurationLocation location : this.locations) {
			location.addTo(folders);
		}
	}

	private static SortedMap<ConfigurationFile, String> read(ConfigurationLocation location) throws IOException {
		SortedMap<ConfigurationFile, String> contents = new TreeMap<>();
		for (ConfigurationFile file : location.files()) {
			try {
				contents.put(file, digest(file.path()));
			}
			catch (AccessDeniedException ex) {
				// Whoever is started with it says what is wrong
				contents.put(file, UNREADABLE);
			}
			catch (NoSuchFileException ex) {
				// Removed in between
			}
		}
		return contents;
	}

	private static String digest(Path file) throws IOException {
		MessageDigest digest = sha256();
		try (InputStream content = new DigestInputStream(Files.newInputStream(file), digest)) {
			content.transferTo(OutputStream.nullOutputStream());
		}
		return HexFormat.of().formatHex(digest.digest());
	}

	private @Nullable String revision(SortedMap<ConfigurationFile, String> contents) {
		MessageDigest digest = sha256();
		boolean empty = true;
		for (var entry : contents.entrySet()) {
			if (entry.getKey().isFor(this.profiles)) {
				empty = false;
				// No path holds a NUL
				digest
					.update((entry.getKey().path() + "\0" + entry.getValue() + "\0").getBytes(StandardCharsets.UTF_8));
			}
		}
		return empty ? null : HexFormat.of().formatHex(digest.digest()).substring(0, REVISION_LENGTH);
	}

	private static MessageDigest sha256() {
		try {
			return MessageDigest.getInstance("SHA-256");
		}
		catch (NoSuchAlgorithmException ex) {
			// Every Java platform has it
			throw new IllegalStateException(ex);
		}
	}

}
