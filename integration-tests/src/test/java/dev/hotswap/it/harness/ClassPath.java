package dev.hotswap.it.harness;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The fixture application's class path: that of the tests without what only the tests
 * need.
 */
final class ClassPath {

	private static final Pattern HARNESS = Pattern.compile(
			"/test-classes/?$|/(spring-boot-devtools-|junit-|opentest4j|apiguardian|assertj-|byte-buddy|awaitility|hamcrest"
					+ "|jna-|surefire|hotswap-sample-app|selenium-|opentelemetry-|guava-|failureaccess-|listenablefuture-"
					+ "|error_prone_|j2objc-|auto-service-)[^/]*(/target/classes/?)?$");

	private static final Pattern STARTER = Pattern
		.compile("/(hotswap-spring-boot-|junixsocket-)[^/]*(/target/classes/?)?$");

	private final List<String> entries;

	private ClassPath(List<String> entries) {
		this.entries = entries;
	}

	static ClassPath fixture(Server server) {
		return new ClassPath(List.of(System.getProperty("java.class.path").split(File.pathSeparator)))
			.without((entry) -> HARNESS.matcher(entry).find())
			.without((entry) -> server.excludes(new File(entry).getName()));
	}

	/**
	 * Add what is there for applications that a developer works on.
	 */
	ClassPath withDevtools() {
		List<String> entries = new ArrayList<>(this.entries);
		Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> entry.contains("/spring-boot-devtools-"))
			.forEach(entries::add);
		return new ClassPath(List.copyOf(entries));
	}

	/**
	 * What stands there packaged, which is all but what is being tested itself.
	 * @return the jars
	 */
	List<Path> jars() {
		return this.entries.stream().map(Path::of).filter(Files::isRegularFile).toList();
	}

	ClassPath withoutStarter() {
		return without((entry) -> STARTER.matcher(entry).find());
	}

	private ClassPath without(Predicate<String> unwanted) {
		List<String> kept = new ArrayList<>(this.entries);
		kept.removeIf(unwanted);
		return new ClassPath(List.copyOf(kept));
	}

	@Override
	public String toString() {
		return String.join(File.pathSeparator, this.entries);
	}

}
