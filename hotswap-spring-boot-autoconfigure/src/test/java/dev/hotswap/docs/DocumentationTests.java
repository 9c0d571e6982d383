package dev.hotswap.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The Java of the documentation is compiled and run elsewhere, and its links lead
 * somewhere.
 */
class DocumentationTests {

	private static final Path DOCS = Path.of("../docs");

	private static final Path EXAMPLES = Path.of("../integration-tests/src/main/java/dev/hotswap/it/example");

	private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

	private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");

	@Test
	void javaIsThatOfTheExample() throws IOException {
		String examples = sources();
		List<String> snippets = new ArrayList<>();
		Matcher java = JAVA.matcher(Files.readString(DOCS.resolve("hooks.md")));
		while (java.find()) {
			snippets.add(java.group(1).strip());
		}
		assertThat(snippets).hasSizeGreaterThan(1).allSatisfy((snippet) -> assertThat(examples).contains(snippet));
	}

	@ParameterizedTest
	@ValueSource(strings = { "hooks.md", "observability.md" })
	void linksLeadSomewhere(String page) throws IOException {
		Matcher link = LINK.matcher(Files.readString(DOCS.resolve(page)));
		while (link.find()) {
			assertThat(DOCS.resolve(link.group(1))).exists();
		}
	}

	private static String sources() throws IOException {
		try (Stream<Path> files = Files.list(EXAMPLES)) {
			return files.map(DocumentationTests::read).collect(Collectors.joining());
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
