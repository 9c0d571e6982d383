package dev.hotswap.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.hotswap.autoconfigure.HotswapProperties;
import dev.hotswap.docs.Markdown.Link;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * What the README and the pages of the documentation show is there: links lead somewhere,
 * configuration binds, properties, commands and their options exist, and Java is that of
 * an example that is compiled.
 */
class DocumentationTests {

	private static final Path ROOT = Path.of("..");

	private static final Path EXAMPLES = Path.of("../integration-tests/src/main/java/dev/hotswap/it/example");

	/** Not a package ({@code dev.hotswap.web}), a file, or a placeholder. */
	private static final Pattern NAME = Pattern.compile("(?<![\\w./-])hotswap\\.[a-z][a-z.-]*[a-z](?![\\w<(-])");

	private static final Pattern ASSIGNMENT = Pattern
		.compile("(?<![\\w./])(hotswap\\.[a-z.-]+)=([^\\s\"<`…,\\]]+)(?![<…])");

	private static final Pattern BOOTS = Pattern
		.compile("((?:spring|server|management|logging)\\.[a-z][a-z0-9.-]*[a-z])(?:=.*)?");

	private static final Pattern OPTION = Pattern.compile("--(hotswap\\.[a-z.-]+)");

	/** What is not a property: of tracing and the logs' context, and of the build. */
	private static final Set<String> OTHER_NAMES = Set.of("hotswap.handoff", "hotswap.docs.write");

	private static final Pattern METER = Pattern.compile("(?m)^\\| `(hotswap\\.[a-z.]+)` \\| (?:gauge|timer|counter)");

	static Stream<Markdown> pages() throws IOException {
		return Markdown.all();
	}

	@ParameterizedTest
	@MethodSource("pages")
	void linksLeadSomewhere(Markdown page) {
		assertThat(page.links()).allSatisfy((link) -> {
			Path target = link.target().isEmpty() ? page.file() : page.file().resolveSibling(link.target());
			assertThat(target).exists();
			if (link.anchor() != null) {
				assertThat(Markdown.of(target).anchors()).contains(link.anchor());
			}
		});
	}

	@Test
	void indexNamesEveryPage() throws Exception {
		List<String> linked = Markdown.of(ROOT.resolve("docs/README.md")).links().stream().map(Link::target).toList();
		assertThat(
				pages().map((page) -> page.file().getFileName().toString()).filter((name) -> !name.equals("README.md")))
			.allSatisfy((name) -> assertThat(linked).contains(name));
	}

	@ParameterizedTest
	@MethodSource("pages")
	void namedPropertiesAndMetersExist(Markdown page) throws Exception {
		PropertyReference reference = new PropertyReference();
		Set<String> known = new HashSet<>(reference.names());
		known.addAll(reference.groups());
		known.addAll(OTHER_NAMES);
		METER.matcher(Files.readString(ROOT.resolve("docs/observability.md")))
			.results()
			.forEach((meter) -> known.add(meter.group(1)));
		assertThat(NAME.matcher(page.text()).results().map((name) -> name.group()).distinct())
			.allSatisfy((name) -> assertThat(known).contains(name));
	}

	@ParameterizedTest
	@MethodSource("pages")
	void optionsAreProperties(Markdown page) throws Exception {
		List<String> names = new PropertyReference().names();
		assertThat(OPTION.matcher(page.text()).results().map((option) -> option.group(1)))
			.allSatisfy((name) -> assertThat(names).contains(name));
	}

	@ParameterizedTest
	@MethodSource("pages")
	void yamlBinds(Markdown page) {
		assertThat(page.blocks("yaml")).allSatisfy((block) -> assertThatNoException().isThrownBy(() -> {
			for (PropertySource<?> source : new YamlPropertySourceLoader().load(page.toString(),
					new ByteArrayResource(block.getBytes(StandardCharsets.UTF_8)))) {
				bind(source);
			}
		}));
	}

	/** Of Spring Boot and of ours, as their configuration metadata tell. */
	@ParameterizedTest
	@MethodSource("pages")
	void yamlNamesProperties(Markdown page) throws Exception {
		Set<String> known = PropertyReference.allNames();
		for (String block : page.blocks("yaml")) {
			for (PropertySource<?> source : new YamlPropertySourceLoader().load(page.toString(),
					new ByteArrayResource(block.getBytes(StandardCharsets.UTF_8)))) {
				assertThat(((EnumerablePropertySource<?>) source).getPropertyNames())
					.allSatisfy((name) -> assertThat(known).contains(name.replaceAll("\\[\\d+]", "")));
			}
		}
	}

	@ParameterizedTest
	@MethodSource("pages")
	void namedPropertiesOfSpringBootExist(Markdown page) throws Exception {
		Set<String> known = PropertyReference.allNames();
		assertThat(page.code().stream().map(BOOTS::matcher).filter(Matcher::matches).map((name) -> name.group(1)))
			.allSatisfy((name) -> assertThat(known).contains(name));
	}

	@ParameterizedTest
	@MethodSource("pages")
	void assignedValuesBind(Markdown page) {
		Matcher assignment = ASSIGNMENT.matcher(page.text());
		while (assignment.find()) {
			String name = assignment.group(1);
			String value = assignment.group(2);
			// A variable of the shell stands for anything
			if (!OTHER_NAMES.contains(name) && !value.contains("$")) {
				assertThatNoException().as(assignment.group())
					.isThrownBy(() -> bind(new MapPropertySource(page.toString(), Map.of(name, value))));
			}
		}
	}

	@Test
	void javaIsThatOfAnExample() throws Exception {
		String examples = sources();
		List<String> snippets = new ArrayList<>();
		pages().forEach((page) -> snippets.addAll(page.blocks("java")));
		assertThat(snippets).hasSizeGreaterThan(2)
			.allSatisfy((snippet) -> assertThat(examples).contains(Markdown.unindented(snippet)));
	}

	@Test
	void xmlIsThatOfTheSample() throws Exception {
		String sample = Markdown.unindented(Files.readString(ROOT.resolve("sample-app/pom.xml")));
		Matcher version = Pattern.compile("<version>([^<]+-SNAPSHOT)</version>").matcher(sample);
		assertThat(version.find()).isTrue();
		List<String> lines = new ArrayList<>();
		pages().forEach((page) -> page.blocks("xml").forEach((block) -> lines.addAll(block.lines().toList())));
		assertThat(lines).isNotEmpty().allSatisfy((line) -> assertThat(sample.lines()).contains(line.strip()));
	}

	private static void bind(PropertySource<?> source) {
		new Binder(ConfigurationPropertySources.from(source)).bindOrCreate("hotswap",
				Bindable.of(HotswapProperties.class), new NoUnboundElementsBindHandler(BindHandler.DEFAULT));
	}

	private static String sources() throws IOException {
		try (Stream<Path> files = Files.list(EXAMPLES)) {
			return files.map(DocumentationTests::read).map(Markdown::unindented).collect(Collectors.joining("\n"));
		}
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
