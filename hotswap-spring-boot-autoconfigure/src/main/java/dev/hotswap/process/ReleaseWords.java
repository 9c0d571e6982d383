package dev.hotswap.process;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Puts the jar of a release into the words of a command line.
 *
 * @param words the words
 * @param jar the jar, {@code <releases>/<version>/<file>}
 * @param directory the working directory
 */
record ReleaseWords(List<String> words, Path jar, Path directory) {

	private static final String JAR = "-jar";

	private static final Set<String> CLASS_PATH = Set.of("-cp", "-classpath", "--class-path");

	private static final String CLASS_PATH_ASSIGNMENT = "--class-path=";

	List<String> replaced() {
		JvmOptions options = JvmOptions.parse(this.words, 1);
		if (options.all().stream().anyMatch((option) -> option.name().equals(JAR))) {
			// The launcher takes further options between the two
			return withWord(options.end(), this.jar.toString());
		}
		JvmOptions.Option classPath = null;
		for (JvmOptions.Option option : options.all()) {
			if (CLASS_PATH.contains(option.name()) || option.name().startsWith(CLASS_PATH_ASSIGNMENT)) {
				classPath = option;
			}
		}
		List<String> changed = (classPath != null) ? withClassPath(classPath) : null;
		if (changed == null) {
			throw new IllegalArgumentException("It is to run " + this.jar + ", but the command line " + this.words
					+ " has neither -jar nor a class path with a jar of " + releases()
					+ ". Start the application with 'java -jar', written out and not in an argument file, or leave "
					+ "out hotswap.release.directory");
		}
		return changed;
	}

	private @Nullable List<String> withClassPath(JvmOptions.Option option) {
		boolean assigned = option.name().startsWith(CLASS_PATH_ASSIGNMENT);
		String prefix = assigned ? CLASS_PATH_ASSIGNMENT : "";
		int index = assigned ? option.index() : option.index() + 1;
		if (index >= this.words.size()) {
			return null;
		}
		String[] entries = this.words.get(index).substring(prefix.length()).split(File.pathSeparator, -1);
		for (int i = 0; i < entries.length; i++) {
			if (isOfARelease(this.directory.resolve(entries[i]))) {
				entries[i] = this.jar.toString();
				return withWord(index, prefix + String.join(File.pathSeparator, entries));
			}
		}
		return null;
	}

	/**
	 * By its folder, since where {@code current} has moved on, a file of the name may not
	 * be there any more.
	 */
	private boolean isOfARelease(Path entry) {
		try {
			Path parent = entry.toAbsolutePath().getParent();
			return parent != null && parent.toRealPath().startsWith(releases())
					&& !parent.toRealPath().equals(releases());
		}
		catch (IOException ex) {
			return false;
		}
	}

	private Path releases() {
		return Objects.requireNonNull(Objects.requireNonNull(this.jar.getParent()).getParent());
	}

	private List<String> withWord(int index, String word) {
		if (index >= this.words.size()) {
			throw new IllegalArgumentException("The command line " + this.words + " names no jar after -jar");
		}
		List<String> changed = new ArrayList<>(this.words);
		changed.set(index, word);
		return changed;
	}

}
