package dev.hotswap.control;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/**
 * Where a control socket is. Its folder is what keeps other users out, see
 * {@code unix(7)}: to connect needs search permission for every folder of the path.
 *
 * @param socket the socket's path, made absolute
 */
public record ControlPath(Path socket) {

	/** {@code sun_path} of {@code unix(7)}: 108 bytes, one of them the final NUL. */
	private static final int MAX_LENGTH = 107;

	private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

	/**
	 * Create a control path.
	 * @param socket the socket's path
	 */
	public ControlPath {
		socket = socket.toAbsolutePath().normalize();
		Objects.requireNonNull(socket.getFileName(), "The control socket needs a file name");
	}

	/**
	 * The folder where control sockets are unless another is configured.
	 * @param uid the user's id, see {@link Peer#ownUid()}
	 * @return {@code <java.io.tmpdir>/hotswap-<uid>}
	 */
	public static Path defaultFolder(long uid) {
		return Path.of(System.getProperty("java.io.tmpdir"), "hotswap-" + uid);
	}

	/**
	 * The file whose lock is held while the socket is unlinked and bound. It is never
	 * deleted, since a lock on a deleted file excludes nobody.
	 * @return the socket's path with {@code .lock} appended
	 */
	public Path lock() {
		return this.socket.resolveSibling(this.socket.getFileName() + ".lock");
	}

	/**
	 * Make the folder ready for a socket: create it when it is missing, and check that no
	 * other user can get at it.
	 * @throws ControlPathException if the folder or the path cannot be used; the message
	 * says what to do
	 * @throws IOException if the folder cannot be looked at
	 */
	public void prepare() throws IOException {
		checkLength();
		Path folder = folder();
		create(folder);
		PosixFileAttributes attributes = Files.readAttributes(folder, PosixFileAttributes.class,
				LinkOption.NOFOLLOW_LINKS);
		check(!attributes.isSymbolicLink(),
				"is a symbolic link; set hotswap.control.socket to a path in a real folder");
		check(attributes.isDirectory(), "is not a folder; remove it, or set hotswap.control.socket to another path");
		long owner = Integer
			.toUnsignedLong((Integer) Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS));
		long uid = Peer.ownUid();
		check(owner == uid, "belongs to the user " + owner + " (" + attributes.owner() + ") but this process runs as "
				+ uid + "; run it as that user, or set hotswap.control.socket to a path in a folder of its own");
		Set<PosixFilePermission> excess = EnumSet.copyOf(attributes.permissions());
		excess.removeAll(OWNER_ONLY);
		check(excess.isEmpty(), "is open to other users (" + PosixFilePermissions.toString(attributes.permissions())
				+ "); run 'chmod 700 " + folder + "'");
	}

	Path folder() {
		return Objects.requireNonNull(this.socket.getParent());
	}

	void checkLength() throws ControlPathException {
		int length = this.socket.toString().getBytes(StandardCharsets.UTF_8).length;
		if (length > MAX_LENGTH) {
			throw new ControlPathException("The control socket's path " + this.socket + " has " + length
					+ " bytes, and a Unix socket's path can have " + MAX_LENGTH
					+ "; set hotswap.control.socket to a shorter path");
		}
	}

	private static void create(Path folder) throws IOException {
		try {
			Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
		}
		catch (FileAlreadyExistsException ex) {
			// Checked like any other folder
		}
		catch (NoSuchFileException ex) {
			throw new ControlPathException("The control socket's folder " + folder
					+ " cannot be created because its parent folder does not exist; create that, or set"
					+ " hotswap.control.socket to another path");
		}
		catch (IOException ex) {
			throw new ControlPathException(
					"The control socket's folder " + folder + " cannot be created (" + ex.getClass().getSimpleName()
							+ "); set hotswap.control.socket to a path in a folder that" + " this user can create");
		}
	}

	private void check(boolean condition, String violation) throws ControlPathException {
		if (!condition) {
			throw new ControlPathException("The control socket's folder " + folder() + " " + violation);
		}
	}

}
