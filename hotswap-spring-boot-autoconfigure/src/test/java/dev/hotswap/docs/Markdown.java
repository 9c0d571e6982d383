package dev.hotswap.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * A page of the documentation.
 *
 * @param file where it is
 * @param text all of it
 */
record Markdown(Path file, String text) {

	private static final Path ROOT = Path.of("..");

	private static final Pattern BLOCK = Pattern.compile("```([a-z]*)\n(.*?)```", Pattern.DOTALL);

	private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");

	private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");

	private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]*)(?:#([^)]*))?\\)");

	static Stream<Markdown> all() throws IOException {
		try (Stream<Path> files = Files.list(ROOT.resolve("docs"))) {
			List<Path> pages = files.filter((file) -> file.toString().endsWith(".md")).sorted().toList();
			return Stream.concat(Stream.of(ROOT.resolve("README.md")), pages.stream()).map(Markdown::of);
		}
	}

	static Markdown of(Path file) {
		try {
			return new Markdown(file, Files.readString(file));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * The code blocks of some languages.
	 */
	List<String> blocks(String... languages) {
		return BLOCK.matcher(this.text)
			.results()
			.filter((block) -> List.of(languages).contains(block.group(1)))
			.map((block) -> block.group(2))
			.toList();
	}

	/**
	 * What stands as code in the text, outside of blocks.
	 */
	List<String> code() {
		return CODE.matcher(withoutBlocks()).results().map((code) -> code.group(1)).toList();
	}

	List<Link> links() {
		return LINK.matcher(withoutBlocks())
			.results()
			.map((link) -> new Link(link.group(1), link.group(2)))
			.filter((link) -> !link.target().contains("://"))
			.toList();
	}

	/**
	 * The anchors of headings, as GitHub makes them.
	 */
	List<String> anchors() {
		return HEADING.matcher(withoutBlocks())
			.results()
			.map((heading) -> heading.group(1).toLowerCase(Locale.ROOT).replaceAll("[^\\w\\- ]", "").replace(' ', '-'))
			.toList();
	}

	private String withoutBlocks() {
		return BLOCK.matcher(this.text).replaceAll("");
	}

	/**
	 * Lines without their indentation and without empty ones, to look for in a source.
	 */
	static String unindented(String text) {
		return text.lines().map(String::strip).filter((line) -> !line.isEmpty()).collect(Collectors.joining("\n"));
	}

	@Override
	public String toString() {
		return this.file.toString();
	}

	/**
	 * A link to another file, or within the page.
	 *
	 * @param target the relative path, or nothing
	 * @param anchor the heading, or {@code null}
	 */
	record Link(String target, @Nullable String anchor) {

	}

}
