package dev.hotswap.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The shell commands of the documentation name modules, profiles, tests, benchmarks and
 * files that exist. They are not run here.
 */
class ShellTests {

	private static final Path ROOT = Path.of("..");

	private static final Pattern PROFILES = Pattern.compile("-P\\s*([\\w,-]+)");

	private static final Pattern MODULES = Pattern.compile("-pl\\s+([\\w,-]+)");

	private static final Pattern TEST = Pattern.compile("-D(?:it\\.)?test=([\\w,]+)");

	private static final Pattern SYSTEM_PROPERTY = Pattern.compile("-D(hotswap\\.[a-z.]+)=");

	private static final Pattern BENCHMARK = Pattern.compile("-Dbenchmark=\"?([a-z]+)((?: --[a-z-]+=\\S+?)*)[\"\\s`]");

	private static final Pattern BENCHMARK_OPTION = Pattern.compile("--([a-z-]+)=");

	private static final Pattern FILE = Pattern
		.compile("(?<![\\w/.-])((?:\\.ci|integration-tests|benchmarks|docs)/[\\w/.-]+)");

	private static final Pattern SAMPLE = Pattern.compile("sample-app/target/([\\w.-]+)\\.jar");

	static Stream<Markdown> pages() throws IOException {
		return Markdown.all();
	}

	@ParameterizedTest
	@MethodSource("pages")
	void mavenFindsModulesProfilesAndTests(Markdown page) throws Exception {
		String poms = poms();
		for (String command : mavenCommands(page)) {
			for (String profile : words(PROFILES, command)) {
				assertThat(poms).as(command)
					.containsPattern("<profile>\\s*(?:<!--[^>]*-->\\s*)?<id>" + profile + "</id>");
			}
			for (String module : words(MODULES, command)) {
				assertThat(poms).as(command).contains("<module>" + module + "</module>");
			}
			for (String test : words(TEST, command)) {
				assertThat(testSources()).as(command).anyMatch((source) -> source.endsWith(test + ".java"));
			}
		}
	}

	@ParameterizedTest
	@MethodSource("pages")
	void systemPropertiesOfTheBuildAreRead(Markdown page) throws Exception {
		for (MatchResult property : SYSTEM_PROPERTY.matcher(page.text()).results().toList()) {
			String literal = '"' + property.group(1) + '"';
			assertThat(testSources()).as(literal).anyMatch((source) -> Markdown.of(source).text().contains(literal));
		}
	}

	@ParameterizedTest
	@MethodSource("pages")
	void benchmarksExist(Markdown page) throws Exception {
		String help = Files.readString(ROOT.resolve("benchmarks/src/main/java/dev/hotswap/benchmark/Benchmarks.java"));
		for (MatchResult benchmark : BENCHMARK.matcher(page.text()).results().toList()) {
			assertThat(help)
				.contains(benchmark.group(1).equals("help") ? "help" : "case \"" + benchmark.group(1) + "\"");
			BENCHMARK_OPTION.matcher(benchmark.group(2))
				.results()
				.forEach((option) -> assertThat(help).contains("--" + option.group(1) + "="));
		}
	}

	@ParameterizedTest
	@MethodSource("pages")
	void filesOfTheProjectExist(Markdown page) {
		for (String command : commands(page)) {
			FILE.matcher(command)
				.results()
				.map((file) -> file.group(1))
				.filter((file) -> !file.contains("/target/"))
				.forEach((file) -> assertThat(ROOT.resolve(file)).as(command).exists());
		}
	}

	@ParameterizedTest
	@MethodSource("pages")
	void jarIsTheSamples(Markdown page) throws Exception {
		String pom = Files.readString(ROOT.resolve("sample-app/pom.xml"));
		for (MatchResult jar : SAMPLE.matcher(page.text()).results().toList()) {
			String version = jar.group(1).replace("hotswap-sample-app-", "");
			assertThat(pom).contains("<artifactId>hotswap-sample-app</artifactId>")
				.contains("<version>" + version + "</version>");
		}
	}

	private static List<String> mavenCommands(Markdown page) {
		return commands(page).stream().filter((command) -> command.startsWith("mvn ")).toList();
	}

	/** Lines of blocks, and what stands as code in the text. */
	private static List<String> commands(Markdown page) {
		List<String> commands = new ArrayList<>(page.code());
		page.blocks("bash", "sh").forEach((block) -> commands.addAll(block.lines().toList()));
		return commands;
	}

	private static List<String> words(Pattern pattern, String command) {
		return pattern.matcher(command).results().flatMap((match) -> Stream.of(match.group(1).split(","))).toList();
	}

	private static String poms() throws IOException {
		StringBuilder poms = new StringBuilder();
		try (Stream<Path> folders = Files.list(ROOT)) {
			for (Path folder : Stream.concat(Stream.of(ROOT), folders).toList()) {
				Path pom = folder.resolve("pom.xml");
				poms.append(Files.exists(pom) ? Files.readString(pom) : "");
			}
		}
		return poms.toString();
	}

	private static List<Path> testSources() throws IOException {
		List<Path> sources = new ArrayList<>();
		for (String module : List.of("integration-tests", "hotswap-spring-boot-autoconfigure")) {
			try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
				files.filter((file) -> file.toString().endsWith(".java")).forEach(sources::add);
			}
		}
		return sources;
	}

}
