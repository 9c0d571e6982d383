package dev.hotswap.process;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * Tests for {@link ReleaseClasses}.
 */
class ReleaseClassesTests {

	@TempDir
	private Path directory;

	@BeforeEach
	void prepare() throws IOException {
		jar("app.jar", "lib/one.jar  lib/gone.jar");
		Files.createDirectory(this.directory.resolve("lib"));
		jar("lib/one.jar", "");
		jar("lib/two.jar", "");
	}

	@Test
	void keyIsThatOfTheClassesAndNotOfWhatTheProcessDoes() throws IOException {
		assertThat(key("-Xmx64m", "-Da=1", "-jar", "app.jar", "--server.port=1")).matches("[0-9a-f]{16}")
			.isEqualTo(key("-Db=2", "-Xmx64m", "-jar", "app.jar", "--server.port=2"))
			.isNotEqualTo(key("-Xmx65m", "-jar", "app.jar"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "-jar app.jar", "-cp app.jar:lib/* Main", "-classpath lib/one.jar Main",
			"--class-path=lib/one.jar:gone.jar Main" })
	void anotherReleaseHasAnotherKey(String words) throws IOException {
		String key = key(words.split(" "));
		assertThat(key(words.split(" "))).isEqualTo(key);
		Path library = this.directory.resolve("lib/one.jar");
		FileTime time = Files.getLastModifiedTime(library);
		byte[] bytes = Files.readAllBytes(library);
		bytes[bytes.length - 1]++;
		Path copy = Files.write(this.directory.resolve("copy"), bytes);
		Files.setLastModifiedTime(copy, time);
		Files.move(copy, library, StandardCopyOption.REPLACE_EXISTING);
		assertThat(Files.getLastModifiedTime(library)).isEqualTo(time);
		assertThat(key(words.split(" "))).isNotEqualTo(key);
	}

	@Test
	void executableJarMustBeExtracted() throws IOException {
		Manifest manifest = new Manifest();
		manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
		manifest.getMainAttributes()
			.put(Attributes.Name.MAIN_CLASS, "org.springframework.boot.loader.launch.JarLauncher");
		jar("fat.jar", manifest);
		assertThatIOException().isThrownBy(() -> key("-jar", "fat.jar"))
			.withMessageContaining("java -Djarmode=tools -jar fat.jar extract");
	}

	@ParameterizedTest
	@ValueSource(strings = { "-javaagent:apm.jar", "-agentpath:/lib/x.so=a", "-agentlib:jdwp=transport=dt_socket" })
	void agentsAndArchivesDoNotGoTogether(String agent) {
		assertThatIOException().isThrownBy(() -> key(agent, "-jar", "app.jar")).withMessageContaining(agent);
		assertThatIOException()
			.isThrownBy(() -> ReleaseClasses.key(request(Map.of("JAVA_TOOL_OPTIONS", agent), "-jar", "app.jar")))
			.withMessageContaining(agent);
	}

	@Test
	void classPathMayStandInTheEnvironment() throws IOException {
		assertThat(ReleaseClasses.key(request(Map.of("CLASSPATH", "lib/one.jar"), "Main")))
			.isNotEqualTo(ReleaseClasses.key(request(Map.of("CLASSPATH", "lib/two.jar"), "Main")));
	}

	@Test
	void optionsMayStandInTheEnvironment() throws IOException {
		assertThat(ReleaseClasses.key(request(Map.of("JAVA_TOOL_OPTIONS", "-XX:+UseZGC"), "-jar", "app.jar")))
			.isNotEqualTo(key("-jar", "app.jar"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "-Xshare:off", "-XX:SharedArchiveFile=x.jsa", "-XX:AOTCache=x.aot", "-XX:AOTMode=off",
			"-XX:ArchiveClassesAtExit=x", "-XX:+AutoCreateSharedArchive", "-XX:DumpLoadedClassList=x",
			"-XX:VMOptionsFile=x" })
	void whoGivesAnOptionForArchivesTakesCareOfThemHimself(String option) {
		assertThatIOException().isThrownBy(() -> key(option, "-jar", "app.jar"))
			.withMessageStartingWith(option + " stands in");
		assertThatIOException()
			.isThrownBy(() -> ReleaseClasses.key(request(Map.of("JDK_JAVA_OPTIONS", option), "-jar", "app.jar")))
			.withMessageStartingWith(option + " stands in");
	}

	@Test
	void classesInFoldersAreNotArchived() {
		assertThatIOException().isThrownBy(() -> key("-cp", "app.jar:lib", "Main")).withMessageContaining("/lib,");
		assertThatIOException().isThrownBy(() -> key("Main")).withMessageContaining("folder");
	}

	@Test
	void classesThatNobodyKnowsAreNotArchived() {
		assertThatIOException().isThrownBy(() -> key("@options", "-jar", "app.jar")).withMessageContaining("@options");
		assertThatIOException().isThrownBy(() -> key("-jar", "gone.jar")).withMessageContaining("gone.jar");
	}

	@Test
	void programMustBeTheLauncherOfThisJdk() throws IOException {
		Path other = Files.createFile(this.directory.resolve("java"));
		assertThat(other.toFile().setExecutable(true)).isTrue();
		for (String program : List.of("./java", "/bin/sh", "./gone/java")) {
			LaunchRequest request = new LaunchRequest(new CommandLine(List.of(program, "-jar", "app.jar")),
					this.directory, Map.of());
			assertThatIOException().isThrownBy(() -> ReleaseClasses.key(request))
				.withMessageContainingAll(program.equals("./java") ? "another JDK" : "launcher");
		}
		Path link = Files.createSymbolicLink(this.directory.resolve("current"),
				Path.of(System.getProperty("java.home")));
		assertThat(ReleaseClasses
			.key(new LaunchRequest(new CommandLine(List.of(link.resolve("bin/java").toString(), "-jar", "app.jar")),
					this.directory, Map.of())))
			.isEqualTo(key("-jar", "app.jar"));
	}

	private String key(String... words) throws IOException {
		return ReleaseClasses.key(request(Map.of(), words));
	}

	private LaunchRequest request(Map<String, String> environment, String... words) {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin/java").toString()));
		command.addAll(Arrays.asList(words));
		return new LaunchRequest(new CommandLine(command), this.directory, environment);
	}

	private void jar(String name, String classPath) throws IOException {
		Manifest manifest = new Manifest();
		manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
		manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath);
		jar(name, manifest);
	}

	private void jar(String name, Manifest manifest) throws IOException {
		try (OutputStream file = Files.newOutputStream(this.directory.resolve(name));
				JarOutputStream jar = new JarOutputStream(file, manifest)) {
			jar.finish();
		}
	}

}
