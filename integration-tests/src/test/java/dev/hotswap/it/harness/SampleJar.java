package dev.hotswap.it.harness;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
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
	 * Make a jar that differs from the packaged one in the version that it shows.
	 * @param target where to put it
	 * @param version the version
	 * @return the target
	 * @throws IOException if it cannot be written
	 */
	public static Path ofVersion(Path target, String version) throws IOException {
		Files.copy(packaged(), target);
		try (FileSystem jar = FileSystems.newFileSystem(target)) {
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

}
