package dev.hotswap.release;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file {@code <jar>.sha256}: lines of a checksum, a blank, a blank or an asterisk,
 * and the file's name, as {@code sha256sum} writes them; or a checksum alone.
 */
final class Sha256File {

	private static final Pattern LINE = Pattern.compile("(\\p{XDigit}{64})(?:[ \\t]+\\*?(.+))?");

	private static final int MAX_LENGTH = 64 * 1024;

	private static final int BUFFER_SIZE = 64 * 1024;

	private Sha256File() {
	}

	/**
	 * Verify a jar.
	 * @param jar the jar
	 * @throws ReleaseException if the file beside it is missing or states another
	 * checksum
	 */
	static void verify(Path jar) throws ReleaseException {
		Path file = jar.resolveSibling(jar.getFileName() + ".sha256");
		String expected = expected(file, jar);
		String actual = actual(jar);
		if (!expected.equals(actual)) {
			throw new ReleaseException("The release's jar " + jar + " has the SHA-256 checksum " + actual + ", but "
					+ file + " states " + expected + ". The copy is damaged or incomplete: copy both again");
		}
	}

	private static String expected(Path file, Path jar) throws ReleaseException {
		String name = jar.getFileName().toString();
		for (String line : read(file, jar).split("\\R")) {
			Matcher matcher = LINE.matcher(line.strip());
			if (matcher.matches() && (matcher.group(2) == null || isName(matcher.group(2), name))) {
				return matcher.group(1).toLowerCase(Locale.ROOT);
			}
		}
		throw new ReleaseException(
				"The file " + file + " states no SHA-256 checksum of " + name + ". Write it with " + writing(jar));
	}

	private static String read(Path file, Path jar) throws ReleaseException {
		try (InputStream in = Files.newInputStream(file)) {
			return new String(in.readNBytes(MAX_LENGTH), StandardCharsets.UTF_8);
		}
		catch (NoSuchFileException ex) {
			throw new ReleaseException("The release's jar " + jar + " cannot be verified because " + file
					+ " does not exist. Write it, where the jar was built, with " + writing(jar)
					+ ", or set hotswap.release.verify=none");
		}
		catch (IOException ex) {
			throw new ReleaseException("The release's checksum " + file + " cannot be read", ex);
		}
	}

	/** Written where the jar was built, it may name it with a path. */
	private static boolean isName(String stated, String name) {
		return stated.equals(name) || stated.endsWith("/" + name);
	}

	private static String writing(Path jar) {
		return "'sha256sum " + jar.getFileName() + " > " + jar.getFileName() + ".sha256'";
	}

	static String actual(Path jar) throws ReleaseException {
		try (InputStream in = Files.newInputStream(jar)) {
			MessageDigest digest = MessageDigest.getInstance("SHA-256");
			byte[] buffer = new byte[BUFFER_SIZE];
			for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
				digest.update(buffer, 0, read);
			}
			return HexFormat.of().formatHex(digest.digest());
		}
		catch (IOException ex) {
			throw new ReleaseException("The release's jar " + jar + " cannot be read", ex);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

}
