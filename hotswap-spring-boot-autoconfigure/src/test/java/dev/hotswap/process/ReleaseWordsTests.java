package dev.hotswap.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link ReleaseWords} and how a launch uses them. In the command lines,
 * {@code $} is the folder of the store.
 */
class ReleaseWordsTests {

	@TempDir
	private Path temporary;

	private Path store;

	private Path jar;

	@BeforeEach
	void setUp() throws IOException {
		this.store = this.temporary.toRealPath();
		Files.createDirectories(this.store.resolve("releases/1"));
		Files.createDirectories(this.store.resolve("releases/2"));
		Files.createFile(this.store.resolve("releases/1/app-1.jar"));
		this.jar = Files.createFile(this.store.resolve("releases/2/app-2.jar"));
		Files.createSymbolicLink(this.store.resolve("current"), Path.of("releases/2"));
	}

	// @formatter:off
	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			java -jar $/releases/1/app-1.jar --a=b        | java -jar $/releases/2/app-2.jar --a=b
			java -Xmx1g -jar app.jar -jar x               | java -Xmx1g -jar $/releases/2/app-2.jar -jar x
			java -jar -Xmx1g $/current/app.jar            | java -jar -Xmx1g $/releases/2/app-2.jar
			java -cp lib -jar app.jar                     | java -cp lib -jar $/releases/2/app-2.jar
			java @options -jar app.jar                    | java @options -jar $/releases/2/app-2.jar
			java -cp a:$/releases/1/app-1.jar:b Main      | java -cp a:$/releases/2/app-2.jar:b Main
			java -classpath $/releases/1/app-1.jar Main   | java -classpath $/releases/2/app-2.jar Main
			java --class-path=$/releases/1/app-1.jar Main | java --class-path=$/releases/2/app-2.jar Main
			java -cp releases/1/app-1.jar Main            | java -cp $/releases/2/app-2.jar Main
			java -cp $/current/app-1.jar Main             | java -cp $/releases/2/app-2.jar Main
			java -cp x -cp $/releases/1/app-1.jar Main    | java -cp x -cp $/releases/2/app-2.jar Main
			""")
	// @formatter:on
	void jarIsReplaced(String words, String expected) {
		assertThat(of(words).withJar(this.jar, this.store)).isEqualTo(of(expected));
	}

	@ParameterizedTest
	@ValueSource(strings = { "java Main", "java -cp lib/a.jar:b Main -jar x", "java -cp $/releases/a.jar Main",
			"java @all", "java -jar", "java -cp" })
	void commandLineWithoutAPlaceForAJarIsRefused(String words) {
		assertThatIllegalArgumentException().isThrownBy(() -> of(words).withJar(this.jar, this.store))
			.withMessageContaining("-jar");
	}

	@Test
	void releaseIsAlwaysPutIntoTheOperatorsCommandLine() {
		LaunchOrigin origin = new LaunchOrigin(of("java -Xmx1g -jar current/app.jar --a=b"), this.store, Map.of(),
				Set.of());
		LaunchPlan second = origin.plan(Map.of(), LaunchAdditions.none(), requirements(this.jar));
		assertThat(second.request().commandLine()).isEqualTo(of("java -Xmx1g -Dx=1 -jar $/releases/2/app-2.jar --a=b"));
		assertThat(second.origin().commandLine()).isEqualTo(origin.commandLine());
		LaunchPlan third = second.origin()
			.plan(Map.of(), LaunchAdditions.none(), requirements(this.store.resolve("releases/1/app-1.jar")));
		assertThat(third.request().commandLine()).isEqualTo(of("java -Xmx1g -Dx=1 -jar $/releases/1/app-1.jar --a=b"));
	}

	@Test
	void releaseIsPutIntoTheConfiguredCommandLine() {
		LaunchOrigin origin = new LaunchOrigin(of("run.sh"), this.store, Map.of(), Set.of());
		LaunchAdditions additions = new LaunchAdditions(List.of("java", "-jar", "x.jar"), List.of(), List.of(),
				Map.of(), null);
		assertThat(origin.plan(Map.of(), additions, requirements(this.jar)).request().commandLine())
			.isEqualTo(of("java -Dx=1 -jar $/releases/2/app-2.jar"));
	}

	@Test
	void scriptHasNoPlaceForAJar() {
		LaunchOrigin origin = new LaunchOrigin(of("/opt/run.sh -jar x"), this.store, Map.of(), Set.of());
		assertThatIllegalArgumentException()
			.isThrownBy(() -> origin.plan(Map.of(), LaunchAdditions.none(), requirements(this.jar)))
			.withMessageContaining("/opt/run.sh")
			.withMessageContaining("hotswap.launch.command");
	}

	private static LaunchRequirements requirements(Path jar) {
		return new LaunchRequirements(List.of("-Dx=1"), Map.of(), Set.of(), jar);
	}

	private CommandLine of(String words) {
		return new CommandLine(Arrays.asList(words.replace("$", this.store.toString()).split(" ")));
	}

}
