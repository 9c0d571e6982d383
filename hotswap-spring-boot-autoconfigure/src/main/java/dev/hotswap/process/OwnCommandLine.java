package dev.hotswap.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Reads the command line of this process.
 */
final class OwnCommandLine {

	/**
	 * What the kernel appends to the link of a file that is gone, see proc_pid_exe(5).
	 */
	private static final String DELETED = " (deleted)";

	private OwnCommandLine() {
	}

	static List<String> read() throws IOException {
		List<String> words = split(Files.readAllBytes(Path.of("/proc/self/cmdline")));
		String link = Files.readSymbolicLink(Path.of("/proc/self/exe")).toString();
		Path running = Path.of(link.endsWith(DELETED) ? link.substring(0, link.length() - DELETED.length()) : link);
		if (words.isEmpty()) {
			throw new IOException("/proc/self/cmdline is empty");
		}
		words.set(0, executable(words.get(0), Path.of("/proc/self/cwd"), System.getenv("PATH"), running));
		return words;
	}

	/**
	 * Each word ends with a NUL, also an empty one, see proc_pid_cmdline(5).
	 */
	static List<String> split(byte[] commandLine) {
		List<String> words = new ArrayList<>();
		int start = 0;
		for (int i = 0; i < commandLine.length; i++) {
			if (commandLine[i] == 0) {
				words.add(decode(ByteBuffer.wrap(commandLine, start, i - start)));
				start = i + 1;
			}
		}
		return words;
	}

	/**
	 * In the encoding in which {@link ProcessBuilder} writes words. Where that cannot
	 * hold them (a locale of C or POSIX), they are kept as what they most likely are.
	 */
	private static String decode(ByteBuffer word) {
		try {
			return NativeEncoding.CHARSET.newDecoder().decode(word.duplicate()).toString();
		}
		catch (CharacterCodingException ex) {
			return StandardCharsets.UTF_8.decode(word).toString();
		}
	}

	/**
	 * The first word of a command line is whatever the caller of execve(2) chose. It is
	 * kept when it leads to a file with the running executable's name, so that a link to
	 * an updated JDK is followed anew.
	 */
	static String executable(String name, Path directory, @Nullable String path, Path running) {
		if (name.indexOf('/') >= 0) {
			return isLike(directory.resolve(name), running) ? name : running.toString();
		}
		for (String folder : ((path != null) ? path : "").split(":")) {
			Path candidate = directory.resolve(folder).resolve(name);
			if (!name.isEmpty() && Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
				return isLike(candidate, running) ? name : running.toString();
			}
		}
		return running.toString();
	}

	private static boolean isLike(Path candidate, Path running) {
		try {
			return Files.isRegularFile(candidate) && Files.isExecutable(candidate)
					&& candidate.toRealPath().endsWith(running.getFileName());
		}
		catch (IOException ex) {
			return false;
		}
	}

}
