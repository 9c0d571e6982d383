package dev.hotswap.it.harness;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * Finds the JDKs of this machine: the default one, which runs the tests themselves, and
 * those that lie beside it.
 */
public final class Jdks {

	private static final int OLDEST = 17;

	/**
	 * The system property that names a single feature version to test on.
	 */
	private static final String ONLY = "hotswap.test.jdk";

	private Jdks() {
	}

	/**
	 * Every JDK that is 17 or newer.
	 * @return the JDKs, one for each real folder, oldest first; at least one
	 */
	public static List<Jdk> all() {
		Path home = realPath(Path.of(System.getProperty("java.home")));
		Map<Path, Jdk> jdks = new LinkedHashMap<>();
		jdks.put(home, new Jdk(Runtime.version().feature(), home));
		try (Stream<Path> beside = Files.list(home.getParent())) {
			beside.filter((candidate) -> Files.isExecutable(candidate.resolve("bin/java")))
				.map(Jdks::realPath)
				.forEach((real) -> jdks.computeIfAbsent(real, (key) -> new Jdk(feature(key), key)));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		List<Jdk> found = jdks.values()
			.stream()
			.filter((jdk) -> jdk.feature() >= OLDEST)
			.filter((jdk) -> Integer.getInteger(ONLY, jdk.feature()) == jdk.feature())
			.sorted(Comparator.comparing(Jdk::feature).thenComparing(Jdk::home))
			.toList();
		if (found.isEmpty()) {
			throw new IllegalStateException("No JDK %s beside %s".formatted(System.getProperty(ONLY), home));
		}
		return found;
	}

	/**
	 * The JDK that runs this code.
	 * @return the default JDK
	 */
	public static Jdk own() {
		return new Jdk(Runtime.version().feature(), realPath(Path.of(System.getProperty("java.home"))));
	}

	private static int feature(Path home) {
		Path release = home.resolve("release");
		if (!Files.exists(release)) {
			return 0;
		}
		Properties properties = new Properties();
		try (InputStream input = Files.newInputStream(release)) {
			properties.load(input);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		String version = properties.getProperty("JAVA_VERSION", "0").replace("\"", "");
		return Integer.parseInt(version.split("[.+-]")[0]);
	}

	private static Path realPath(Path path) {
		try {
			return path.toRealPath();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
