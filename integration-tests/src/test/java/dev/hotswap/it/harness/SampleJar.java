package dev.hotswap.it.harness;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The sample application's executable jar, as Maven built it and as another version of
 * itself.
 */
public final class SampleJar {

	private static final String CONFIGURATION = "BOOT-INF/classes/application.yml";

	private SampleJar() {
	}

	/**
	 * The jar that this build packaged.
	 * @return the path
	 */
	public static Path packaged() {
		return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
			.map(Path::of)
			.filter((path) -> path.getFileName().toString().matches("hotswap-sample-app-.*\\.jar"))
			.findFirst()
			.orElseThrow(() -> new IllegalStateException(
					"The sample application is not packaged: run a Maven phase from 'package' on, as 'mvn verify'"));
	}

	/**
	 * Make a jar that differs from the packaged one in the version that it shows, and has
	 * the libraries that it would have with another server's starter among the
	 * dependencies.
	 * @param target where to put it
	 * @param version the version
	 * @param server the server
	 * @return the target
	 * @throws IOException if it cannot be written
	 */
	public static Path ofVersion(Path target, String version, Server server) throws IOException {
		Files.copy(packaged(), target);
		// Jars within the jar are read in place, so they must not be compressed
		try (FileSystem jar = FileSystems.newFileSystem(target, Map.of("compressionMethod", "STORED"))) {
			exchangeLibraries(jar.getPath("BOOT-INF/lib"), server);
			Path configuration = jar.getPath(CONFIGURATION);
			String before = Files.readString(configuration);
			String after = before.replaceFirst("(?m)^  version: .*$", "  version: \"" + version + "\"");
			if (after.equals(before)) {
				throw new IllegalStateException("No version in " + CONFIGURATION);
			}
			Files.writeString(configuration, after);
		}
		return target;
	}

	private static void exchangeLibraries(Path libraries, Server server) throws IOException {
		Set<String> present = new HashSet<>();
		try (DirectoryStream<Path> jars = Files.newDirectoryStream(libraries)) {
			for (Path jar : jars) {
				String name = jar.getFileName().toString();
				if (server.excludes(name)) {
					Files.delete(jar);
				}
				present.add(name);
			}
		}
		for (Path jar : ClassPath.fixture(server).jars()) {
			if (!present.contains(jar.getFileName().toString())) {
				Files.copy(jar, libraries.resolve(jar.getFileName().toString()));
			}
		}
	}

}
