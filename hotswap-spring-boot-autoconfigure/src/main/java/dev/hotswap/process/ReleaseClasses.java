package dev.hotswap.process;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The classes that a process is to run: a release and a JDK, with the options of the JVM.
 * What differs in one of these has another key.
 */
final class ReleaseClasses {

	/**
	 * Options of HotSpot's for archives, or files with any. Who gives one takes care of
	 * archives himself, and JDK 25 does not start with some of them beside an AOT cache.
	 */
	private static final Pattern ARCHIVE_OPTION = Pattern
		.compile("-Xshare:.*|-XX:(Shared|Archive|AOT|Dump|Flags|VMOptionsFile).*"
				+ "|-XX:[+-](AOT|AutoCreateShared|DumpShared|RecordDynamicDump|RequireShared|UseShared).*");

	/** Refused by JDK 17 when it makes an archive, and by JDK 25 when it uses one. */
	private static final Pattern AGENT = Pattern.compile("-(javaagent|agentlib|agentpath):.*|-Xrun.*");

	private static final Set<String> CLASS_PATH = Set.of("-cp", "-classpath", "--class-path");

	private static final String BOOT_LOADER = "org.springframework.boot.loader.";

	private static final int KEY_BYTES = 8;

	private final LaunchRequest request;

	private final JvmOptions options;

	private final List<String> lines = new ArrayList<>();

	private ReleaseClasses(LaunchRequest request) {
		this.request = request;
		this.options = JvmOptions.parse(request.commandLine().words(), 1);
	}

	/**
	 * What tells the classes of a process from others: the files by their size and times,
	 * as the JVM itself does, and options in their order.
	 * @param request what is to be launched
	 * @return the key, which may be part of a file's name
	 * @throws IOException if no archive can be made of them; the message goes on after
	 * "since"
	 */
	static String key(LaunchRequest request) throws IOException {
		return new ReleaseClasses(request).key();
	}

	private String key() throws IOException {
		addJdk();
		addOptions();
		for (Path entry : classPath()) {
			addEntry(entry);
		}
		try {
			byte[] digest = MessageDigest.getInstance("SHA-256")
				.digest(String.join("\n", this.lines).getBytes(StandardCharsets.UTF_8));
			return HexFormat.of().formatHex(digest, 0, KEY_BYTES);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void addJdk() throws IOException {
		Path java = Executable.java(this.request)
			.orElseThrow(() -> new IOException("its command line is not one of the JDK's launcher"));
		Path home = Path.of(System.getProperty("java.home")).toRealPath();
		if (!java.toRealPath().equals(home.resolve("bin/java").toRealPath())) {
			throw new IOException("it is launched with another JDK than this process");
		}
		addFile(home.resolve("lib/modules"));
	}

	/** A system property changes no class. */
	private void addOptions() throws IOException {
		List<String> words = new ArrayList<>();
		for (JvmOptions.Option option : this.options.all()) {
			if (option.name().startsWith("@")) {
				throw new IOException("it is unknown which classes the argument file " + option.name() + " names");
			}
			words.add(option.text());
		}
		EnvironmentOptions.options(this.request.environment()).forEach(words::add);
		for (String word : words) {
			if (ARCHIVE_OPTION.matcher(word).matches()) {
				throw new IOException(word + " stands in its command line or environment already");
			}
			if (AGENT.matcher(word).matches()) {
				throw new IOException("the JVM does not go together with archives and " + word);
			}
			if (!word.startsWith("-D")) {
				this.lines.add(word);
			}
		}
	}

	private List<Path> classPath() throws IOException {
		List<String> words = this.request.commandLine().words();
		List<JvmOptions.Option> all = this.options.all();
		if (!all.isEmpty() && all.get(all.size() - 1).name().equals("-jar") && this.options.end() < words.size()) {
			return jarAndItsClassPath(resolve(words.get(this.options.end())));
		}
		String classPath = this.request.environment().getOrDefault("CLASSPATH", "");
		for (JvmOptions.Option option : all) {
			if (CLASS_PATH.contains(option.name()) && option.words().size() > 1) {
				classPath = option.words().get(1);
			}
			else if (option.name().startsWith("--class-path=")) {
				classPath = option.name().substring("--class-path=".length());
			}
		}
		List<Path> entries = new ArrayList<>();
		for (String entry : classPath.split(File.pathSeparator)) {
			if (entry.equals("*") || entry.endsWith("/*")) {
				addJars(resolve(entry.substring(0, entry.length() - 1)), entries);
			}
			else {
				entries.add(resolve(entry));
			}
		}
		return entries;
	}

	private static List<Path> jarAndItsClassPath(Path jar) throws IOException {
		List<Path> entries = new ArrayList<>(List.of(jar));
		try (JarFile file = new JarFile(jar.toFile())) {
			Manifest manifest = file.getManifest();
			if (manifest != null && String.valueOf(manifest.getMainAttributes().getValue(Attributes.Name.MAIN_CLASS))
				.startsWith(BOOT_LOADER)) {
				throw new IOException(
						jar + " is an executable jar with jars in it, from which no classes are archived. "
								+ "Extract it: java -Djarmode=tools -jar " + jar.getFileName() + " extract");
			}
			String classPath = (manifest != null) ? manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH)
					: null;
			if (classPath != null) {
				Stream.of(classPath.trim().split(" +")).map(jar::resolveSibling).forEach(entries::add);
			}
		}
		return entries;
	}

	private static void addJars(Path folder, List<Path> entries) throws IOException {
		List<Path> found = new ArrayList<>();
		try (DirectoryStream<Path> jars = Files.newDirectoryStream(folder, "*.{jar,JAR}")) {
			jars.forEach(found::add);
		}
		catch (DirectoryIteratorException ex) {
			throw ex.getCause();
		}
		// The order in which they are found is nobody's choice
		found.sort(Comparator.naturalOrder());
		entries.addAll(found);
	}

	private Path resolve(String entry) {
		return this.request.directory().resolve(entry);
	}

	/** The JVM archives no classes from folders, and passes over what is not there. */
	private void addEntry(Path entry) throws IOException {
		if (Files.isDirectory(entry)) {
			throw new IOException(
					"its class path has the folder " + entry + ", and classes are archived from jars only");
		}
		if (Files.exists(entry)) {
			addFile(entry);
		}
	}

	private void addFile(Path file) throws IOException {
		// Tools that make images give all files one time, but not that of the change
		this.lines.add("%s %s".formatted(file, Files.readAttributes(file, "unix:size,lastModifiedTime,ctime,ino")));
	}

}
