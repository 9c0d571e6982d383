package dev.hotswap.process;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link CommandLine}.
 */
@Timeout(60)
class CommandLineTests {

	private static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();

	@TempDir
	private Path directory;

	// @formatter:off
	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			java -jar app.jar --a=b                        | java -Dx=1 -jar app.jar --a=b
			java -Xmx1g -jar app.jar                       | java -Xmx1g -Dx=1 -jar app.jar
			java -jar -Xmx1g app.jar                       | java -jar -Xmx1g -Dx=1 app.jar
			java -cp -jar Main -jar                        | java -cp -jar -Dx=1 Main -jar
			java Main -cp x                                | java -Dx=1 Main -cp x
			java -cp a:b Main                              | java -cp a:b -Dx=1 Main
			java -classpath a:b Main                       | java -classpath a:b -Dx=1 Main
			java --class-path a:b Main                     | java --class-path a:b -Dx=1 Main
			java --class-path=a:b Main                     | java --class-path=a:b -Dx=1 Main
			java -p mods -m app/Main x                     | java -p mods -Dx=1 -m app/Main x
			java --module-path mods --module app/Main      | java --module-path mods -Dx=1 --module app/Main
			java --module-path=mods --module=app/Main      | java --module-path=mods -Dx=1 --module=app/Main
			java --add-modules m Main                      | java --add-modules m -Dx=1 Main
			java --add-opens a/b=c Main                    | java --add-opens a/b=c -Dx=1 Main
			java --add-opens=a/b=c Main                    | java --add-opens=a/b=c -Dx=1 Main
			java --add-exports a/b=c Main                  | java --add-exports a/b=c -Dx=1 Main
			java --add-reads a=b Main                      | java --add-reads a=b -Dx=1 Main
			java --patch-module a=b Main                   | java --patch-module a=b -Dx=1 Main
			java --limit-modules a Main                    | java --limit-modules a -Dx=1 Main
			java --upgrade-module-path a Main              | java --upgrade-module-path a -Dx=1 Main
			java --enable-native-access a Main             | java --enable-native-access a -Dx=1 Main
			java --source 17 Main.java                     | java --source 17 -Dx=1 Main.java
			java -XX:Flags=f -agentlib:a -ea -esa Main     | java -XX:Flags=f -agentlib:a -ea -esa -Dx=1 Main
			java @opts Main                                | java -Dx=1 @opts Main
			java -Xmx1g @opts @more -jar a.jar             | java -Xmx1g -Dx=1 @opts @more -jar a.jar
			java -cp @path Main                            | java -Dx=1 -cp @path Main
			java --disable-@files -cp @path @Main          | java --disable-@files -cp @path -Dx=1 @Main
			java -jar app.jar @noFile                      | java -Dx=1 -jar app.jar @noFile
			java                                           | java -Dx=1
			java -cp                                       | java -cp -Dx=1
			""")
	// @formatter:on
	void jvmOptionsAreInsertedBeforeWhatIsRun(String words, String expected) {
		assertThat(of(words).withJvmOptions(List.of("-Dx=1"))).isEqualTo(of(expected));
	}

	// @formatter:off
	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			java -Dx=1 Main                  | -Dx=1                  | java -Dx=1 Main
			java -Dx=1 -Dx=2 Main            | -Dx=1                  | java -Dx=1 -Dx=2 -Dx=1 Main
			java -Dx=1 -Dy=2 Main            | -Dx=1                  | java -Dx=1 -Dy=2 Main
			java -Xmx1g -Xmx2g Main          | -Xmx1g                 | java -Xmx1g -Xmx2g -Xmx1g Main
			java -Xmx1g -Xms2g Main          | -Xmx1g                 | java -Xmx1g -Xms2g Main
			java -XX:+UseZGC -XX:-UseZGC M   | -XX:+UseZGC            | java -XX:+UseZGC -XX:-UseZGC -XX:+UseZGC M
			java --add-opens a/b=c Main      | --add-opens a/b=c      | java --add-opens a/b=c Main
			java --add-opens a/b=c Main      | --add-opens=a/b=c      | java --add-opens a/b=c Main
			java --add-opens=a/b=c Main      | --add-opens a/b=c      | java --add-opens=a/b=c Main
			java --add-opens a/b=c Main      | --add-opens a/b=d      | java --add-opens a/b=c --add-opens a/b=d Main
			java Main -Dx=1                  | -Dx=1                  | java -Dx=1 Main -Dx=1
			java -cp -Dx=1 Main              | -Dx=1                  | java -cp -Dx=1 -Dx=1 Main
			java -javaagent:a -javaagent:b M | -javaagent:a           | java -javaagent:a -javaagent:b M
			""")
	// @formatter:on
	void jvmOptionInForceIsNotAddedAgain(String words, String options, String expected) {
		assertThat(of(words).withJvmOptions(of(options).words())).isEqualTo(of(expected));
	}

	@ParameterizedTest
	@ValueSource(strings = { "Main", "-Xmx1g Main", "--add-opens a/b=c Main", "-jar", "-m" })
	void wordThatIsNoJvmOptionIsRefused(String options) {
		assertThatIllegalArgumentException().isThrownBy(() -> of("java Main").withJvmOptions(of(options).words()))
			.withMessageContaining("is no JVM option");
	}

	@Test
	void argumentsAreAppended() {
		assertThat(of("java -jar app.jar a").withArguments(List.of("-Dx", "b c")).words()).containsExactly("java",
				"-jar", "app.jar", "a", "-Dx", "b c");
	}

	// @formatter:off
	@ParameterizedTest
	@CsvSource(delimiter = '|', nullValues = "-", textBlock = """
			-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=*:5005      | 5005
			-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=5005        | 5005
			-agentlib:jdwp=transport=dt_socket,server=y,address=localhost:5005,quiet=y | 5005
			-agentlib:jdwp=transport=dt_socket,address=[::1]:5005,server=y            | 5005
			-agentlib:jdwp=transport=dt_socket,server=y                               | -
			-agentlib:jdwp=transport=dt_socket,server=y,address=0                     | -
			-agentlib:jdwp=transport=dt_socket,server=n,address=localhost:5005        | -
			-agentlib:jdwp                                                            | -
			-Xrunjdwp:transport=dt_socket,server=y,address=5005                       | 5005
			-agentpath:/opt/jdk/lib/libjdwp.so=server=y,address=5005                  | 5005
			-Dcom.sun.management.jmxremote.port=9010                                  | 9010
			-Dcom.sun.management.jmxremote.port=0                                     | -
			-Dcom.sun.management.jmxremote.rmi.port=9011                              | 9011
			""")
	// @formatter:on
	void debugAgentsAndJmxPortsAreLeftOut(String option, String port) {
		CommandLine commandLine = of("java -Da=b " + option + " -cp x Main " + option);
		assertThat(commandLine.hasDebugOrJmxAgent()).isTrue();
		assertThat(commandLine.debugAndJmxPorts()).isEqualTo((port != null) ? Set.of(Integer.valueOf(port)) : Set.of());
		CommandLine.Reduced reduced = commandLine.withoutDebugAndJmx();
		assertThat(reduced.leftOut()).containsExactly(option);
		assertThat(reduced.commandLine()).isEqualTo(of("java -Da=b -cp x Main " + option));
		assertThat(reduced.commandLine().hasDebugOrJmxAgent()).isFalse();
		assertThat(reduced.commandLine().debugAndJmxPorts()).isEmpty();
	}

	@Test
	void everythingLeftOutIsNamedInItsOrder() {
		CommandLine commandLine = of(
				"java -Dcom.sun.management.jmxremote.port=1 -Dcom.sun.management.jmxremote.ssl=false"
						+ " @file -Xrunjdwp:server=y,address=2 -Dcom.sun.management.jmxremote.rmi.port=3 -jar app.jar");
		assertThat(commandLine.debugAndJmxPorts()).containsExactly(1, 2, 3);
		CommandLine.Reduced reduced = commandLine.withoutDebugAndJmx();
		assertThat(reduced.leftOut()).containsExactly("-Dcom.sun.management.jmxremote.port=1",
				"-Xrunjdwp:server=y,address=2", "-Dcom.sun.management.jmxremote.rmi.port=3");
		assertThat(reduced.commandLine())
			.isEqualTo(of("java -Dcom.sun.management.jmxremote.ssl=false @file -jar app.jar"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "-agentlib:jdwpx=address=1", "-agentlib:hprof", "-Dapp.port=1", "-javaagent:jdwp.jar",
			"-agentpath:/opt/jdwp/libother.so=a", "-Dcom.sun.management.jmxremotely.port=1" })
	void otherOptionsAreNeitherLeftOutNorAgents(String option) {
		CommandLine commandLine = of("java " + option + " Main");
		assertThat(commandLine.hasDebugOrJmxAgent()).isFalse();
		assertThat(commandLine.withoutDebugAndJmx()).isEqualTo(new CommandLine.Reduced(commandLine, List.of()));
	}

	@ParameterizedTest
	@ValueSource(strings = { "-Dcom.sun.management.jmxremote", "-Dcom.sun.management.jmxremote=true",
			"-Dcom.sun.management.config.file=m.properties", "-XX:+ManagementServer" })
	void agentOnAnyPortStaysButIsSeen(String option) {
		CommandLine commandLine = of("java " + option + " Main");
		assertThat(commandLine.hasDebugOrJmxAgent()).isTrue();
		assertThat(commandLine.withoutDebugAndJmx().leftOut()).isEmpty();
	}

	@Test
	void valueThatLooksLikeAnAgentStays() {
		CommandLine commandLine = of("java -cp -agentlib:jdwp=server=y,address=1 Main");
		assertThat(commandLine.withoutDebugAndJmx().commandLine()).isEqualTo(commandLine);
	}

	@Test
	void commandLineNeedsAWord() {
		assertThatIllegalArgumentException().isThrownBy(() -> new CommandLine(List.of()));
	}

	@Test
	void launcherReadsTheExtendedCommandLineAsWeDo() throws Exception {
		Path argumentFile = this.directory.resolve("opts");
		Files.writeString(argumentFile,
				"-cp \"%s\" %s fromFile".formatted(classPath(), CommandLinePrinter.class.getName()));
		CommandLine direct = new CommandLine(List.of(JAVA, "-Dadded=no", "-cp", classPath(),
				CommandLinePrinter.class.getName(), "a", "-Dadded=arg"));
		CommandLine withFile = new CommandLine(List.of(JAVA, "@" + argumentFile, "a"));
		List<String> options = List.of("--add-opens", "java.base/sun.nio.ch=ALL-UNNAMED", "-Dadded=yes");
		assertThat(run(direct.withJvmOptions(options)).subList(0, 2)).containsExactly("yes", "[a, -Dadded=arg]");
		assertThat(run(withFile.withJvmOptions(options)).subList(0, 2)).containsExactly("yes", "[fromFile, a]");
	}

	@Test
	void commandLineWithThousandsOfWordsIsReadWhole() throws Exception {
		List<String> words = new ArrayList<>(List.of(JAVA, "-Xshare:auto", "-cp", classPath(),
				CommandLinePrinter.class.getName(), "", "with blank", ""));
		IntStream.range(0, 3000).mapToObj((i) -> "argument-number-" + i).forEach(words::add);
		List<String> printed = run(new CommandLine(words));
		assertThat(printed.subList(2, printed.size())).isEqualTo(words);
	}

	@Test
	void wordsMayBeEmptyAndNeedNotBeAscii() {
		byte[] commandLine = "java\0\0gr\u00fc\u00df\0a b\0\0".getBytes(StandardCharsets.UTF_8);
		assertThat(OwnCommandLine.split(commandLine)).containsExactly("java", "", "gr\u00fc\u00df", "a b", "");
	}

	@Test
	void commandLineOfThisProcessStartsWithAnExecutableJava() throws IOException {
		CommandLine commandLine = CommandLine.ofThisProcess();
		assertThat(Path.of(commandLine.words().get(0))).hasFileName("java");
		assertThat(commandLine.words()).hasSizeGreaterThan(1);
	}

	@Test
	void executableIsKeptWhereItLeadsToAFileOfTheSameName() throws IOException {
		Path java = executable(this.directory.resolve("jdk/bin/java"));
		Path bin = Files.createDirectories(this.directory.resolve("bin"));
		Files.createSymbolicLink(bin.resolve("java"), java);
		Files.createSymbolicLink(bin.resolve("renamed"), java);
		String path = "/nonexistent:" + bin;
		for (String name : List.of("java", "renamed", "bin/java", "./jdk/bin/java", java.toString())) {
			assertThat(OwnCommandLine.executable(name, this.directory, path, java)).isEqualTo(name);
		}
	}

	@Test
	void executableThatLeadsElsewhereIsReplacedByTheRunningOne() throws IOException {
		Path java = executable(this.directory.resolve("jdk/bin/java"));
		executable(this.directory.resolve("bin/service"));
		Files.createFile(this.directory.resolve("bin/notExecutable"));
		String path = this.directory.resolve("bin").toString();
		for (String name : List.of("service", "bin/service", "notExecutable", "bin/notExecutable", "java", "", "bin",
				"bin/java", "/nonexistent/java")) {
			assertThat(OwnCommandLine.executable(name, this.directory, path, java)).isEqualTo(java.toString());
		}
		assertThat(OwnCommandLine.executable("java", this.directory, null, java)).isEqualTo(java.toString());
	}

	private static Path executable(Path file) throws IOException {
		Files.createDirectories(file.getParent());
		Files.createFile(file);
		assertThat(file.toFile().setExecutable(true)).isTrue();
		return file;
	}

	private List<String> run(CommandLine commandLine) throws Exception {
		ProcessBuilder builder = new ProcessBuilder(commandLine.words()).redirectError(ProcessBuilder.Redirect.INHERIT);
		EnvironmentOptions.VARIABLES.forEach(builder.environment()::remove);
		builder.environment().putAll(Map.of("LC_ALL", "C.UTF-8"));
		Process process = builder.start();
		try (Stream<String> lines = process.inputReader(StandardCharsets.UTF_8).lines()) {
			List<String> printed = lines.toList();
			assertThat(process.waitFor()).isZero();
			return printed;
		}
		finally {
			process.destroyForcibly();
		}
	}

	private static String classPath() throws URISyntaxException {
		return Path.of(CommandLine.class.getProtectionDomain().getCodeSource().getLocation().toURI()) + ":"
				+ Path.of(CommandLineTests.class.getProtectionDomain().getCodeSource().getLocation().toURI());
	}

	private static CommandLine of(String words) {
		return new CommandLine(List.of(words.split(" ")));
	}

}
