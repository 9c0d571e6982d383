package dev.hotswap.release;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the live processes of this machine use, as far as this user may know: their
 * command lines, and of this user's own processes (or for root, of all) open and mapped
 * files, executable and working directory. A picture of the moment; see proc(5).
 */
final class FilesInUse {

	private final List<String> paths;

	private FilesInUse(List<String> paths) {
		this.paths = paths;
	}

	/**
	 * Take the picture.
	 * @param proc {@code /proc}
	 * @throws IOException if not even the processes can be listed
	 */
	static FilesInUse read(Path proc) throws IOException {
		List<String> paths = new ArrayList<>();
		try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
			for (Path process : processes) {
				addText(process.resolve("cmdline"), paths);
				addText(process.resolve("maps"), paths);
				addLink(process.resolve("exe"), paths);
				addLink(process.resolve("cwd"), paths);
				addLinks(process.resolve("fd"), paths);
			}
		}
		return new FilesInUse(paths);
	}

	/**
	 * Whether one of the files lies in a folder.
	 * @param folder the folder's real path
	 */
	boolean isAnyIn(Path folder) {
		String name = folder.toString();
		return this.paths.stream().anyMatch((path) -> contains(path, name));
	}

	private static boolean contains(String text, String folder) {
		for (int at = text.indexOf(folder); at >= 0; at = text.indexOf(folder, at + 1)) {
			int end = at + folder.length();
			if (end == text.length() || "/\0\n: ".indexOf(text.charAt(end)) >= 0) {
				return true;
			}
		}
		return false;
	}

	/** Processes end at any moment, and some are not for us to read. */
	private static void addText(Path file, List<String> paths) {
		try {
			String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
			if (!text.isEmpty()) {
				paths.add(text);
			}
		}
		catch (IOException ex) {
			// Gone, or another user's
		}
	}

	private static void addLink(Path link, List<String> paths) {
		try {
			paths.add(Files.readSymbolicLink(link).toString());
		}
		catch (IOException ex) {
			// Gone, or another user's
		}
	}

	private static void addLinks(Path folder, List<String> paths) {
		try (DirectoryStream<Path> links = Files.newDirectoryStream(folder)) {
			links.forEach((link) -> addLink(link, paths));
		}
		catch (IOException | DirectoryIteratorException ex) {
			// Gone, or another user's
		}
	}

}
