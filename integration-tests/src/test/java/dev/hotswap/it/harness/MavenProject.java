package dev.hotswap.it.harness;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * A Maven project outside of this build, which finds what this build has packaged as if
 * it were installed. The user's local repository is neither needed nor changed but for
 * what Maven downloads into it as ever.
 */
public final class MavenProject {

	private static final Pattern BOOT = Pattern.compile("/spring-boot-(\\d[^/]*)\\.jar$");

	private static final Pattern OURS = Pattern.compile("/([^/]+)/target/(\\1)-(\\d[^/]*)\\.jar$");

	private static final String GROUP = "dev/hotswap";

	private final Path folder;

	/**
	 * Create a project.
	 * @param folder its folder, with a {@code pom.xml}
	 */
	public MavenProject(Path folder) {
		this.folder = folder;
	}

	/**
	 * The version of Spring Boot that this build uses.
	 * @return the version
	 */
	public static String bootVersion() {
		return classPath().map(BOOT::matcher)
			.filter(Matcher::find)
			.map((matcher) -> matcher.group(1))
			.findFirst()
			.orElseThrow();
	}

	/**
	 * Let Maven, whoever calls it here, be quiet, run no tests, and find our modules.
	 * @param repository a folder for the local repository that the project is to see
	 * @throws IOException if it cannot be written
	 */
	public void configure(Path repository) throws IOException {
		prepare(Files.createDirectories(repository));
		Path folder = Files.createDirectories(this.folder.resolve(".mvn"));
		Files.writeString(folder.resolve("maven.config"),
				"-B\n-q\n-Dmaven.test.skip=true\n-Dmaven.repo.local=" + repository + "\n");
	}

	/**
	 * Run a line of the shell in the project's folder.
	 * @param jdk the JDK to use
	 * @param environment variables to add
	 * @param line the line, which may call {@code mvn} and {@code java}
	 * @return what became of it
	 * @throws IOException if it cannot be run
	 */
	public Tool run(Jdk jdk, Map<String, String> environment, String line) throws IOException {
		Map<String, String> variables = new HashMap<>(environment);
		String maven = System.getProperty("hotswap.test.maven");
		variables.put("PATH", ((maven != null) ? maven + "/bin:" : "") + jdk.home() + "/bin:" + System.getenv("PATH"));
		variables.put("JAVA_HOME", jdk.home().toString());
		return Tool.run(this.folder, variables, "sh", "-c", line);
	}

	/** Maven 3 has no chain of repositories, but follows symbolic links. */
	private static void prepare(Path repository) throws IOException {
		Path users = Path
			.of(System.getProperty("hotswap.test.repository", System.getProperty("user.home") + "/.m2/repository"));
		Path group = Path.of(GROUP);
		link(users, repository, group.getName(0));
		link(users.resolve(group.getName(0)), Files.createDirectories(repository.resolve(group.getName(0))),
				group.getName(1));
		Path ours = Files.createDirectories(repository.resolve(group));
		int found = 0;
		for (Path jar : classPath().filter((entry) -> OURS.matcher(entry).find()).map(Path::of).toList()) {
			Matcher matcher = OURS.matcher(jar.toString());
			if (matcher.find() && matcher.group(1).startsWith("hotswap-spring-boot-")) {
				Path module = Objects.requireNonNull(jar.getParent().getParent());
				install(ours, matcher.group(1), matcher.group(3), module.resolve("pom.xml"), jar);
				install(ours, "hotswap-parent", matcher.group(3), module.resolveSibling("pom.xml"), null);
				found++;
			}
		}
		if (found < 2) {
			throw new IllegalStateException(
					"The starter is not packaged: run a Maven phase from 'package' on, as 'mvn verify'");
		}
	}

	private static void link(Path from, Path to, Path except) throws IOException {
		if (!Files.isDirectory(from)) {
			return;
		}
		try (DirectoryStream<Path> children = Files.newDirectoryStream(from)) {
			for (Path child : children) {
				if (!child.getFileName().equals(except)) {
					Files.createSymbolicLink(to.resolve(child.getFileName()), child);
				}
			}
		}
	}

	private static void install(Path group, String artifact, String version, Path pom, @Nullable Path jar)
			throws IOException {
		Path folder = Files.createDirectories(group.resolve(artifact).resolve(version));
		String name = artifact + "-" + version;
		if (!Files.exists(folder.resolve(name + ".pom"))) {
			Files.copy(pom, folder.resolve(name + ".pom"));
		}
		if (jar != null) {
			Files.copy(jar, folder.resolve(name + ".jar"));
		}
	}

	private static Stream<String> classPath() {
		return List.of(System.getProperty("java.class.path").split(File.pathSeparator)).stream();
	}

}
